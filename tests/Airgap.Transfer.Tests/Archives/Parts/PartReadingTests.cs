using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Describing;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pulling;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Transfers.Parts;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Archives.Parts;

/// <summary>Parts are read in place as their archive; a part that differs from its list is named first.</summary>
[TestClass]
public sealed class PartReadingTests : PartsTestBase
{
    [TestMethod]
    public async Task WhateverIsSplitIsReadBackEqual()
    {
        string[] archives = ["nested-bundle", "index-bundle", "images-lock", "foreign-bundle"];
        for (int seed = 1; seed <= 16; seed++)
        {
            Random random = new(seed);
            using TempFolder folder = new();
            string archive = Fixtures.Golden($"{archives[seed % archives.Length]}.tar");
            byte[] bytes = await File.ReadAllBytesAsync(archive, Token);
            int volume = random.Next(bytes.Length / (seed % 2 == 0 ? 1200 : 12), bytes.Length + 10);
            PartList list = await new PartSplitter(ArchiveDisk.System).SplitAsync(archive, folder["x.tar"], volume, Token);

            string[] parts = [.. Directory.GetFiles(folder.Path, "x.tar.0*").Order(StringComparer.Ordinal)];
            Assert.AreSequenceEqual(bytes, parts.SelectMany(File.ReadAllBytes).ToArray(), $"seed {seed}");
            Assert.HasCount(list.Parts.Length, parts, $"seed {seed}");
            Directory.CreateDirectory(folder["disc"]);
            foreach (string part in parts.Where(_ => random.Next(2) == 0))
                File.Move(part, Path.Combine(folder["disc"], Path.GetFileName(part)));

            string given = random.Next(3) switch { 0 => "x.tar", 1 => "x.tar.parts.json", _ => list.Parts[0].Name };
            RelocationSource source = At(folder[given], folder["disc"]);
            await CopyToArchiveAsync(source, folder["whole.tar"]);
            await CopyToArchiveAsync(new RelocationSource.Archive(archive), folder["expected.tar"]);
            Assert.AreSequenceEqual(
                await File.ReadAllBytesAsync(folder["expected.tar"], Token),
                await File.ReadAllBytesAsync(folder["whole.tar"], Token), $"seed {seed}");
            Assert.IsTrue((await new Verifier(Registry).VerifyAsync(source, Token)).IsRight, $"seed {seed}");
        }
    }

    [TestMethod]
    public async Task EveryReader_TakesParts()
    {
        using TempFolder folder = new();
        await WritePartsAsync(folder);
        RelocationSource.Archive source = At(folder["a.tar"]);
        BundleDescription description = await Describer.DescribeArchiveAsync(source, new DescribeOptions(), Token);
        Assert.HasCount(1, description.Images);
        await TagLister.ListArchiveAsync(source, new TagListOptions(), Token);
        await new Puller(Registry).PullAsync(
            new PullRequest { Source = source, Output = folder["out"], StateFolder = folder["state"] }, Token);
        Assert.IsTrue(File.Exists(folder["out/.imgpkg/images.yml"]));
        await CopyToRepositoryAsync(source, "dest.example/apps/it");
        await CopyToArchiveAsync(At(folder["a.tar.002"]), folder["b.tar"]);
        Assert.IsTrue((await new Verifier(Registry).VerifyAsync(source, Token)).IsRight);
    }

    [TestMethod]
    public async Task AMissingPartIsNamed()
    {
        using TempFolder folder = new();
        await WritePartsAsync(folder);
        File.Delete(folder["a.tar.002"]);
        File.Delete(folder["a.tar.004"]);
        AirgapException e = await RefusedAsync(folder["a.tar"]);
        Assert.AreEqual(ErrorCode.PartMissing, e.Code);
        Assert.Contains("'a.tar.002', 'a.tar.004'", e.Message);
    }

    [TestMethod]
    public async Task ExchangedPartsAreToldByTheirContent()
    {
        using TempFolder folder = new();
        await WritePartsAsync(folder);
        File.Move(folder["a.tar.001"], folder["t"]);
        File.Move(folder["a.tar.003"], folder["a.tar.001"]);
        File.Move(folder["t"], folder["a.tar.003"]);
        AirgapException e = await RefusedAsync(folder["a.tar"]);
        Assert.AreEqual(ErrorCode.PartUnfit, e.Code);
        Assert.Contains("'a.tar.003'", e.Message);
        Assert.Contains(folder["a.tar.001"], e.Message);
    }

    [TestMethod]
    public async Task APartOfAnotherSetIsRefusedAndLookedForElsewhere()
    {
        using TempFolder folder = new();
        using TempFolder other = new();
        await WritePartsAsync(folder);
        await WritePartsAsync(other, seed: 2);
        Directory.CreateDirectory(folder["disc"]);
        File.Move(folder["a.tar.002"], folder["disc/a.tar.002"]);
        File.Copy(other["a.tar.002"], folder["a.tar.002"]);
        AirgapException e = await RefusedAsync(folder["a.tar"]);
        Assert.AreEqual(ErrorCode.PartUnfit, e.Code);
        Assert.Contains("another set", e.Message);

        // If another folder has the right part, the wrong one does no harm.
        await CopyToRepositoryAsync(At(folder["a.tar"], folder["disc"]), "dest.example/apps/it");
    }

    [TestMethod]
    [DataRow(200_000L, "has 200000 bytes instead of 300000")]
    [DataRow(300_001L, "has 300001 bytes instead of 300000")]
    public async Task APartOfAnotherLengthIsRefused(long length, string why)
    {
        using TempFolder folder = new();
        await WritePartsAsync(folder);
        using (FileStream file = new(folder["a.tar.002"], FileMode.Open))
            file.SetLength(length);
        AirgapException e = await RefusedAsync(folder["a.tar"]);
        Assert.AreEqual(ErrorCode.PartUnfit, e.Code);
        Assert.Contains(why, e.Message);
    }

    [TestMethod]
    [DataRow(10)]
    [DataRow(Volume - 10)]
    public async Task ATruncatedCopy_IsRefused_BeforeItIsRead(int at)
    {
        using TempFolder folder = new();
        await WritePartsAsync(folder);
        Spoil(folder["a.tar.002"], at);
        Assert.AreEqual(ErrorCode.PartUnfit, (await RefusedAsync(folder["a.tar"])).Code);
    }

    [TestMethod]
    public async Task APartThatIsDamagedInItsMiddleIsNamedByTheFirstThatReadsIt()
    {
        using TempFolder folder = new();
        await WritePartsAsync(folder);
        Spoil(folder["a.tar.002"], Volume / 2);
        AirgapException e = await RefusedAsync(folder["a.tar"]);
        Assert.AreEqual(ErrorCode.ArchiveDigestMismatch, e.Code);
        Assert.Contains("a.tar.002", e.Message);

        PartsVerification verdict = await new PartsVerifier(FoundList.FindBeside(folder["a.tar"], [])).VerifyAsync(Token);
        Assert.AreEqual("2", string.Join(',', verdict.Parts.Where(part => part.Problem is not null).Select(part => part.Order)));
        Assert.AreEqual(ErrorCode.PartDamaged, verdict.Parts[1].Problem!.Code);
    }

    // As on a disc with a scratch at the beginning or the end of a part.
    [TestMethod]
    public async Task APartThatCannotBeRead_IsReadFromAnotherFolder()
    {
        using TempFolder folder = new();
        await WritePartsAsync(folder);
        Directory.CreateDirectory(folder["disc"]);
        File.Copy(folder["a.tar.002"], folder["disc/a.tar.002"]);
        using FileStream busy = new(folder["a.tar.002"], FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.IsTrue((await new Verifier(Registry).VerifyAsync(At(folder["a.tar"], folder["disc"]), Token)).IsRight);
        PartsVerification both =
            await new PartsVerifier(FoundList.FindBeside(folder["a.tar"], [folder["disc"]])).VerifyAsync(Token);
        Assert.IsTrue(both.IsRight);
        Assert.AreEqual(folder["disc/a.tar.002"], both.Parts[1].Place);

        PartsVerification alone = await new PartsVerifier(FoundList.FindBeside(folder["a.tar"], [])).VerifyAsync(Token);
        Assert.AreEqual("2", string.Join(',', alone.Parts.Where(part => part.Problem is not null).Select(part => part.Order)));
        Assert.AreEqual(ErrorCode.PartDamaged, alone.Parts[1].Problem!.Code);
        Assert.AreEqual(ErrorCode.FileFailure, (await RefusedAsync(folder["a.tar"])).Code);
    }

    [TestMethod]
    public async Task PartsWithoutTheirListAreNoArchive()
    {
        using TempFolder folder = new();
        await WritePartsAsync(folder);
        File.Delete(folder["a.tar.parts.json"]);
        foreach (string given in (string[])["a.tar", "a.tar.001", "a.tar.003"])
            Assert.AreEqual(ErrorCode.PartListMissing, (await RefusedAsync(folder[given])).Code, given);
        Assert.AreEqual(ErrorCode.FileNotFound, (await RefusedAsync(folder["a.tar.parts.json"])).Code);
        Assert.AreEqual(ErrorCode.FileNotFound, (await RefusedAsync(folder["a.tar"], folder["none"])).Code);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task ALinkIsNoPart()
    {
        using TempFolder folder = new();
        await WritePartsAsync(folder);
        File.Move(folder["a.tar.002"], folder["elsewhere"]);
        File.CreateSymbolicLink(folder["a.tar.002"], folder["elsewhere"]);
        AirgapException e = await RefusedAsync(folder["a.tar"]);
        Assert.AreEqual(ErrorCode.PartUnfit, e.Code);
        Assert.Contains("is a symbolic link", e.Message);
    }

    [TestMethod]
    public async Task AWholeArchiveIsReadAsItIs()
    {
        using TempFolder folder = new();
        await WritePartsAsync(folder);
        File.Delete(folder["a.tar.002"]);
        WriteArchive(folder, seed: 3);
        await CopyToRepositoryAsync(At(folder["a.tar"]), "dest.example/apps/it");

        // Also an archive whose name looks like that of a part.
        File.Move(folder["a.tar"], folder["b.tar.001"]);
        await CopyToRepositoryAsync(At(folder["b.tar.001"]), "dest.example/apps/it");
    }

    private static void Spoil(string file, int at)
    {
        byte[] bytes = File.ReadAllBytes(file);
        bytes[at] ^= 1;
        File.WriteAllBytes(file, bytes);
    }
}
