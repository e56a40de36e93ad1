using System.Globalization;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Transfers.Parts;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Tests.Archives.Parts;

/// <summary>Parts are written so that no incomplete set looks complete, and no foreign file is changed.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class PartSplittingTests : PartsTestBase
{
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task TheChecksumsAreThoseThatSha256sumReads()
    {
        using TempFolder folder = new();
        await WritePartsAsync(folder);
        CliResult result = await Cli.RunAsync("sha256sum", ["-c", "a.tar.sha256"], null, folder.Path);
        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.Contains("a.tar.parts.json: OK", result.Output);
        CollectionAssert.AreEquivalent(
            (string[])["a.tar.001", "a.tar.002", "a.tar.003", "a.tar.004", "a.tar.parts.json", "a.tar.sha256"],
            Directory.GetFiles(folder.Path).Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    public async Task AnEarlierSetIsReplacedWholeAndNothingOfItIsLeft()
    {
        using TempFolder folder = new();
        WriteArchive(folder);
        await SplitAsync(folder, 100_000);
        Assert.IsTrue(File.Exists(folder["a.tar.009"]));
        PartList list = await SplitAsync(folder, 400_000);
        Assert.HasCount(3, list.Parts);
        Assert.HasCount(3, Directory.GetFiles(folder.Path, "a.tar.0*"));
        Assert.IsEmpty(Directory.GetFiles(folder.Path, "*partial*"));
    }

    [TestMethod]
    public async Task ListsOfAKilledSplit_AreRemovedByTheNext()
    {
        using TempFolder folder = new();
        WriteArchive(folder);
        File.WriteAllText(folder[".a.tar.parts.json.0123456789abcdef.tmp"], "{");
        File.WriteAllText(folder[".a.tar.sha256.0123456789abcdef.tmp"], "");
        await SplitAsync(folder, 400_000);
        Assert.IsEmpty(Directory.GetFiles(folder.Path, "*.tmp"));
        File.WriteAllText(folder[".a.tar.parts.json.fedcba9876543210.tmp"], "{");
        await SplitAsync(folder, 300_000);
        Assert.IsEmpty(Directory.GetFiles(folder.Path, "*.tmp"));
    }

    [TestMethod]
    public async Task AnEarlierSetStaysWhereTheNewOneFails()
    {
        using TempFolder folder = new();
        WriteArchive(folder);
        PartList earlier = await SplitAsync(folder, 400_000);
        await Assert.ThrowsExactlyAsync<AirgapException>(
            () => new PartSplitter(new TiredDisk(2)).SplitAsync(folder["a.tar"], folder["a.tar"], 100_000, Token));
        File.Delete(folder["a.tar"]);
        Assert.AreEqual(earlier.Id, PartList.Read(folder["a.tar.parts.json"]).Id);
        await CopyToRepositoryAsync(At(folder["a.tar"]), "dest.example/apps/it");
        Assert.IsEmpty(Directory.GetFiles(folder.Path, "*partial*"));
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(2)]
    public async Task AFailedSplit_LeavesNothing(int afterFlushes)
    {
        using TempFolder folder = new();
        WriteArchive(folder);
        await Assert.ThrowsExactlyAsync<AirgapException>(
            () => new PartSplitter(new TiredDisk(afterFlushes)).SplitAsync(folder["a.tar"], folder["a.tar"], 300_000, Token));
        Assert.AreEqual("a.tar", string.Join(',', Directory.GetFiles(folder.Path).Select(Path.GetFileName)));
    }

    [TestMethod]
    [DataRow("a.tar.007")]
    [DataRow("a.tar.sha256")]
    [DataRow("a.tar.parts.json")]
    public async Task AnUnlistedFile_IsNotTouched(string name)
    {
        using TempFolder folder = new();
        WriteArchive(folder);
        await File.WriteAllTextAsync(folder[name], "mine", Token);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => SplitAsync(folder, Volume));
        Assert.AreEqual(ErrorCode.PartInTheWay, e.Code);
        Assert.Contains(name, e.Message);
        Assert.AreEqual("mine", await File.ReadAllTextAsync(folder[name], Token));
        Assert.HasCount(2, Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public async Task AnotherWholeArchiveOfThatNameIsInTheWay()
    {
        using TempFolder folder = new();
        WriteArchive(folder);
        Directory.CreateDirectory(folder["out"]);
        await File.WriteAllTextAsync(folder["out/a.tar"], "mine", Token);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => new PartSplitter(ArchiveDisk.System).SplitAsync(folder["a.tar"], folder["out/a.tar"], Volume, Token));
        Assert.AreEqual(ErrorCode.PartInTheWay, e.Code);
    }

    [TestMethod]
    public async Task TheListOfAnotherArchive_GivesNoRightToItsParts()
    {
        using TempFolder folder = new();
        WriteArchive(folder);
        await SplitAsync(folder, Volume);
        File.Move(folder["a.tar"], folder["b.tar"]);
        File.Copy(folder["a.tar.parts.json"], folder["b.tar.parts.json"]);

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => new PartSplitter(ArchiveDisk.System).SplitAsync(folder["b.tar"], folder["b.tar"], Volume, Token));

        Assert.AreEqual(ErrorCode.PartInTheWay, e.Code);
        Assert.Contains("'a.tar'", e.Message);
        Assert.HasCount(4, Directory.GetFiles(folder.Path, "a.tar.0*"));
        Assert.IsEmpty(Directory.GetFiles(folder.Path, "*partial*"));
    }

    [TestMethod]
    public async Task OnePartIsWrittenAgainAndNothingElse()
    {
        using TempFolder folder = new();
        byte[] archive = WriteArchive(folder);
        PartList list = await SplitAsync(folder, Volume);
        byte[] first = await File.ReadAllBytesAsync(folder["a.tar.001"], Token);
        File.WriteAllBytes(folder["a.tar.003"], [1]);
        File.Delete(folder["a.tar.001"]);
        await new PartSplitter(ArchiveDisk.System).RewriteAsync(folder["a.tar"], folder["a.tar"], list, 3, Token);
        Assert.AreSequenceEqual(archive[600_000..900_000], await File.ReadAllBytesAsync(folder["a.tar.003"], Token));
        Assert.IsFalse(File.Exists(folder["a.tar.001"]));
        await new PartSplitter(ArchiveDisk.System).RewriteAsync(folder["a.tar"], folder["a.tar"], list, 1, Token);
        Assert.AreSequenceEqual(first, await File.ReadAllBytesAsync(folder["a.tar.001"], Token));
        Assert.IsEmpty(Directory.GetFiles(folder.Path, "*partial*"));
    }

    [TestMethod]
    public async Task OfAnotherArchiveNoPartIsWritten()
    {
        using TempFolder folder = new();
        WriteArchive(folder);
        PartList list = await SplitAsync(folder, Volume);
        byte[] before = await File.ReadAllBytesAsync(folder["a.tar.002"], Token);
        WriteArchive(folder, seed: 2);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => new PartSplitter(ArchiveDisk.System).RewriteAsync(folder["a.tar"], folder["a.tar"], list, 2, Token));
        Assert.AreEqual(ErrorCode.ArchiveChanged, e.Code);
        Assert.AreSequenceEqual(before, await File.ReadAllBytesAsync(folder["a.tar.002"], Token));
        Assert.IsEmpty(Directory.GetFiles(folder.Path, "*partial*"));
    }

    [TestMethod]
    public async Task ATooSmallVolumeIsRefusedWithTheSmallestThatFits()
    {
        using TempFolder folder = new();
        byte[] archive = WriteArchive(folder);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => SplitAsync(folder, 50));
        Assert.AreEqual(ErrorCode.VolumeTooSmall, e.Code);
        Assert.Contains((((archive.Length - 1) / PartName.MostParts) + 1).ToString(CultureInfo.InvariantCulture), e.Advice);
    }

    [TestMethod]
    public async Task ACutArchiveIsNotSplit()
    {
        using TempFolder folder = new();
        byte[] archive = WriteArchive(folder);
        await File.WriteAllBytesAsync(folder["a.tar"], archive[..^2000], Token);
        Assert.AreEqual(ErrorCode.InvalidArchive,
            (await Assert.ThrowsExactlyAsync<AirgapException>(() => SplitAsync(folder, Volume))).Code);
    }

    private Task<PartList> SplitAsync(TempFolder folder, long volume) =>
        new PartSplitter(ArchiveDisk.System).SplitAsync(folder["a.tar"], folder["a.tar"], volume, Token);

    /// <summary>A disk that fails after some flushes of files.</summary>
    private sealed class TiredDisk(int flushes) : ArchiveDisk
    {
        private int _left = flushes + 1;

        public override void Flush(SafeFileHandle file, string name)
        {
            if (!name.Contains("parts.partial", StringComparison.Ordinal) && Interlocked.Decrement(ref _left) == 0)
                throw new IOException("Input/output error", 5);
            base.Flush(file, name);
        }
    }
}
