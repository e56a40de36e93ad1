using System.Formats.Tar;
using System.Text;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Verifying;

[TestClass]
public sealed class ArchiveVerifierTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("simple-app-bundle.tar")]
    [DataRow("nested-bundle.tar")]
    [DataRow("index-bundle.tar")]
    [DataRow("foreign-bundle.tar")]
    [DataRow("foreign-bundle.all-layers.tar")]
    [DataRow("signed-bundle.tar")]
    [DataRow("images-lock.tar")]
    [DataRow("multi-image.tar")]
    public async Task AnArchiveByImgpkg_IsValid(string archive)
    {
        VerificationResult result =
            await VerifyAsync(await File.ReadAllBytesAsync(Fixtures.Golden(archive), TestContext.CancellationToken));
        Assert.IsEmpty(result.Problems, string.Join('\n', result.Problems));
        Assert.IsPositive(result.Manifests);
        Assert.AreEqual(archive == "foreign-bundle.tar" ? 2 : 0, result.AbsentLayers);
    }

    [TestMethod]
    [DataRow("foreign-bundle.tar", 2)]
    [DataRow("foreign-bundle.all-layers.tar", 0)]
    public async Task ALayoutSaysWhichLayersAreNotThere(string archive, int absent)
    {
        using TempFolder folder = new();
        Relocator relocator = new(new FakeRegistry());
        await relocator.RunAsync(
            await relocator.PlanAsync(new RelocationSource.Archive(Fixtures.Golden(archive)),
                new PlanOptions { IncludeNonDistributableLayers = absent == 0 }, TestContext.CancellationToken),
            new RelocationDestination.Archive(folder["layout"]) { Format = ArchiveFormat.LayoutFolder }, new TransferOptions(),
            TestContext.CancellationToken);
        VerificationResult result = await new Verifier(new FakeRegistry()).VerifyAsync(
            new RelocationSource.Archive(folder["layout"]), TestContext.CancellationToken);
        Assert.IsEmpty(result.Problems.Concat(result.Warnings), string.Join('\n', result.Problems.Concat(result.Warnings)));
        Assert.AreEqual(absent, result.AbsentLayers);
    }

    [TestMethod]
    public async Task AFlippedBitOfEachLayerIsFound()
    {
        List<(string Name, byte[] Bytes)> entries = Entries();
        for (int i = 1; i < entries.Count; i++)
        {
            List<(string Name, byte[] Bytes)> damaged = [.. entries];
            byte[] bytes = [.. entries[i].Bytes];
            bytes[^1] ^= 1;
            damaged[i] = (entries[i].Name, bytes);
            Assert.Contains(ErrorCode.ArchiveDigestMismatch, await CodesAsync(damaged));
        }
    }

    [TestMethod]
    public async Task EachLayerThatIsMissingIsFound()
    {
        List<(string Name, byte[] Bytes)> entries = Entries();
        for (int i = 1; i < entries.Count; i++)
        {
            List<(string Name, byte[] Bytes)> damaged = [.. entries];
            damaged.RemoveAt(i);
            Assert.Contains(ErrorCode.ArchiveLayerMissing, await CodesAsync(damaged));
        }
    }

    [TestMethod]
    public async Task UnreferencedContent_IsFound()
    {
        List<(string Name, byte[] Bytes)> entries = Entries();
        Assert.Contains(ErrorCode.InvalidArchive, await CodesAsync([.. entries, ("notes.txt", "x"u8.ToArray())]));
        Assert.Contains(ErrorCode.InvalidArchive,
            await CodesAsync([.. entries,
                ("sha256-2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881.tar.gz", "x"u8.ToArray())]));
        Assert.Contains(ErrorCode.InvalidArchive, await CodesAsync([.. entries, entries[1]]));
        Assert.Contains(ErrorCode.InvalidArchive, await CodesAsync(entries[1..]));
    }

    [TestMethod]
    public async Task AManifestThatLiesIsFound()
    {
        List<(string Name, byte[] Bytes)> entries = Entries();
        string json = Encoding.UTF8.GetString(entries[0].Bytes);
        foreach (string word in new[] { "schemaVersion", "architecture" })
        {
            string altered = json.Replace(word, word.ToUpperInvariant(), StringComparison.Ordinal);
            Assert.AreNotEqual(json, altered);
            Assert.Contains(ErrorCode.ArchiveDigestMismatch,
                await CodesAsync([("manifest.json", Encoding.UTF8.GetBytes(altered)), .. entries[1..]]));
        }

        Assert.Contains(ErrorCode.InvalidArchive, await CodesAsync([("manifest.json", "[1"u8.ToArray()), .. entries[1..]]));
        Assert.Contains(ErrorCode.InvalidArchive, await CodesAsync([("manifest.json", "[{}]"u8.ToArray()), .. entries[1..]]));
    }

    [TestMethod]
    [DataRow("\"Digest\":", "\"Digest\":\"sha256:0000000000000000000000000000000000000000000000000000000000000000\",\"Digest\":")]
    [DataRow("\"Digest\":", "\"digest\":\"sha256:0000000000000000000000000000000000000000000000000000000000000000\",\"Digest\":")]
    [DataRow("\"Image\":", "\"Image\":null,\"Image\":")]
    [DataRow("\"Refs\":", "\"REFS\":[],\"Refs\":")]
    public async Task AFieldThatStandsTwiceIsRefused(string field, string twice)
    {
        List<(string Name, byte[] Bytes)> entries = Entries();
        string json = Encoding.UTF8.GetString(entries[0].Bytes);
        int place = json.IndexOf(
            field, field == "\"Digest\":" ? json.IndexOf("\"Manifest\":", StringComparison.Ordinal) : 0, StringComparison.Ordinal);
        byte[] altered = Encoding.UTF8.GetBytes(json[..place] + twice + json[(place + field.Length)..]);
        List<(string Name, byte[] Bytes)> lying = [("manifest.json", altered), .. entries[1..]];

        // The next reader may find another image in it.
        Assert.Contains(ErrorCode.InvalidArchive, await CodesAsync(lying));
        using TempFolder folder = new();
        await WriteAsync(lying, folder["a.tar"]);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => new Relocator(new FakeRegistry()).PlanAsync(
            new RelocationSource.Archive(folder["a.tar"]), new PlanOptions(), TestContext.CancellationToken));
        Assert.AreEqual(ErrorCode.InvalidArchive, e.Code);
        Assert.Contains("a field twice", e.Message);
    }

    [TestMethod]
    public async Task AnArchiveThatEndsEarlyIsFound()
    {
        byte[] whole = await File.ReadAllBytesAsync(Fixtures.Golden("simple-app-bundle.tar"), TestContext.CancellationToken);
        for (int length = 0; length < whole.Length; length += 509)
            Assert.IsFalse((await VerifyAsync(whole[..length])).IsRight, $"{length} of {whole.Length} bytes");
    }

    [TestMethod]
    public async Task OfAnArchiveThatIsCutWhatIsMissingIsTold()
    {
        byte[] whole = await File.ReadAllBytesAsync(Fixtures.Golden("nested-bundle.tar"), TestContext.CancellationToken);
        ErrorCode[] codes = [.. (await VerifyAsync(whole[..(whole.Length / 2)])).Problems.Select(problem => problem.Code)];
        Assert.AreEqual(ErrorCode.InvalidArchive, codes[0]);
        Assert.Contains(ErrorCode.ArchiveLayerMissing, codes);
    }

    private static List<(string Name, byte[] Bytes)> Entries()
    {
        List<(string, byte[])> entries = [];
        using TarReader tar = new(File.OpenRead(Fixtures.Golden("nested-bundle.tar")));
        while (tar.GetNextEntry() is { } entry)
        {
            MemoryStream bytes = new();
            entry.DataStream!.CopyTo(bytes);
            entries.Add((entry.Name, bytes.ToArray()));
        }

        return entries;
    }

    private async Task<List<ErrorCode>> CodesAsync(List<(string Name, byte[] Bytes)> entries)
    {
        using TempFolder folder = new();
        await WriteAsync(entries, folder["b.tar"]);
        VerificationResult result = await VerifyAsync(await File.ReadAllBytesAsync(folder["b.tar"], TestContext.CancellationToken));
        Assert.IsTrue(result.Problems.All(problem => problem.Reference is not null && problem.Advice.Length > 0));
        return [.. result.Problems.Select(problem => problem.Code)];
    }

    private async Task WriteAsync(List<(string Name, byte[] Bytes)> entries, string path)
    {
        await using TarWriter tar = new(File.Create(path), TarEntryFormat.Ustar);
        foreach ((string name, byte[] bytes) in entries)
            await tar.WriteEntryAsync(
                new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) }, TestContext.CancellationToken);
    }

    private async Task<VerificationResult> VerifyAsync(byte[] archive)
    {
        using TempFolder folder = new();
        await File.WriteAllBytesAsync(folder["a.tar"], archive, TestContext.CancellationToken);
        return await new Verifier(new FakeRegistry()).VerifyAsync(
            new RelocationSource.Archive(folder["a.tar"]), TestContext.CancellationToken);
    }
}
