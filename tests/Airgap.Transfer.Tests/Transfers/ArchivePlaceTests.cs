using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Transfers;

/// <summary>The permitted paths of an archive and of the files next to it.</summary>
[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class ArchivePlaceTests : RelocatorTestBase
{
    private static readonly byte[] s_golden = File.ReadAllBytes(Fixtures.Golden("simple-app-bundle.tar"));

    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public async Task ALinkIsFollowedAndWhatItLeadsToKeepsItsMode()
    {
        Directory.CreateDirectory(_folder["real"]);
        await File.WriteAllTextAsync(_folder["real/b.tar"], "old", Token);
        SpecialFiles.SetMode(_folder["real/b.tar"], "640");
        string before = SpecialFiles.Describe(_folder["real/b.tar"]);
        File.CreateSymbolicLink(_folder["a.tar"], "real/b.tar");
        await CopyToArchiveAsync(BundleSource("simple-app-bundle"), _folder["a.tar"]);
        Assert.AreSequenceEqual(s_golden, await File.ReadAllBytesAsync(_folder["real/b.tar"], Token));
        Assert.AreEqual(before, SpecialFiles.Describe(_folder["real/b.tar"]));
        Assert.AreEqual("real/b.tar", new FileInfo(_folder["a.tar"]).LinkTarget);
        Assert.HasCount(3, Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [TestMethod]
    public async Task AFolderOrPipeTakesNoArchiveAndStays()
    {
        Directory.CreateDirectory(_folder["folder"]);
        SpecialFiles.MakePipe(_folder["pipe"]);
        foreach (string name in (string[])["folder", "pipe"])
        {
            string before = SpecialFiles.Describe(_folder[name]);
            AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
                () => CopyToArchiveAsync(BundleSource("simple-app-bundle"), _folder[name]));
            Assert.AreEqual(ErrorCode.OutputUnsuited, e.Code);
            Assert.AreEqual(before, SpecialFiles.Describe(_folder[name]));
        }

        Assert.HasCount(2, Directory.GetFileSystemEntries(_folder.Path));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ALinkInThePartialFilesPlaceIsNotFollowed(bool resume)
    {
        await File.WriteAllTextAsync(_folder["victim"], "untouched", Token);
        File.CreateSymbolicLink(_folder["a.tar.partial"], "victim");
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToArchiveAsync(
                BundleSource("simple-app-bundle"), _folder["a.tar"], transfer: new TransferOptions { Resume = resume }));
        Assert.AreEqual(ErrorCode.ForeignFile, e.Code, e.Message);
        Assert.Contains("a.tar.partial' is a symbolic link", e.Message);
        Assert.AreEqual("untouched", await File.ReadAllTextAsync(_folder["victim"], Token));
        Assert.HasCount(2, Directory.GetFileSystemEntries(_folder.Path));
    }

    [TestMethod]
    public async Task ALinkInTheHoldersPlaceIsNotFollowed()
    {
        await File.WriteAllTextAsync(_folder["victim"], "untouched", Token);
        File.CreateSymbolicLink(_folder["a.tar.partial.holder"], "victim");
        await CopyToArchiveAsync(BundleSource("simple-app-bundle"), _folder["a.tar"]);
        Assert.AreEqual("untouched", await File.ReadAllTextAsync(_folder["victim"], Token));
        Assert.AreSequenceEqual(s_golden, await File.ReadAllBytesAsync(_folder["a.tar"], Token));
    }

    [TestMethod]
    [DataRow(250)]
    [DataRow(254)]
    [DataRow(255)]
    public async Task ANameAsLongAsTheSystemAllowsIsWritten(int length)
    {
        string name = _folder[new string('n', length)];
        await CopyToArchiveAsync(BundleSource("simple-app-bundle"), name);
        await CopyToArchiveAsync(BundleSource("simple-app-bundle"), name, transfer: new TransferOptions { Resume = true });
        Assert.AreSequenceEqual(s_golden, await File.ReadAllBytesAsync(name, Token));
        Assert.AreSequenceEqual(new[] { name }, Directory.GetFiles(_folder.Path));
    }

    [TestMethod]
    public async Task ANameThatTheSystemRefusesIsNoOtherProcess()
    {
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToArchiveAsync(BundleSource("simple-app-bundle"), _folder[new string('n', 256)]));
        Assert.AreEqual(ErrorCode.FileFailure, e.Code, e.Message);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task ADiskThatFailsWhileAnArchiveIsReadHasItsOwnCode()
    {
        // The first page of a process's memory is a file that fails with EIO.
        const string failing = "/proc/self/mem";
        ArchiveBlobContent content = new(failing, new Descriptor("application/octet-stream", Digest.Compute("x"u8), 512), 0);
        foreach (long offset in (long[])[0, 256])
        {
            await using Stream stream = await content.OpenAsync(offset, Token);
            AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
                async () => await stream.ReadAtLeastAsync(new byte[16], 1, cancellationToken: Token));
            Assert.AreEqual(ErrorCode.FileFailure, e.Code);
            Assert.Contains(failing, e.Message);
        }
    }
}
