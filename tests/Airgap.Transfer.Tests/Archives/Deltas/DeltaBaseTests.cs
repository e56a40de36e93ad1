using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Receipts;
using Airgap.Transfer.Plans.Deltas;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Archives.Deltas;

/// <summary>Receipts, repositories and locks as bases.</summary>
[TestClass]
public sealed class DeltaBaseTests : DeltaTestBase
{
    [TestMethod]
    [DataRow(ReceiptForms.Long)]
    [DataRow(ReceiptForms.Short)]
    public async Task AReceipt_IsABase_AndRecordsRepositoriesToMountFrom(string form)
    {
        DeltaBench bench = Start();
        using TestKit.TempFolder folder = bench.Folder;
        await bench.ArchiveAsync(_v1, "v1.tar");
        TransferResult import = await bench.ImportAsync("v1.tar", "far.example/old/place");
        await ReceiptFile.WriteAsync(folder["receipt.json"], [import], "1.2.3", form == ReceiptForms.Short, Token);
        TestKit.Schemas.AssertValid("receipt", await File.ReadAllTextAsync(folder["receipt.json"], Token));
        Receipt receipt = ReceiptJson.Read(folder["receipt.json"]);
        Assert.AreEqual(ArchiveNotes.SetOf(await (await AnyArchive.OpenAsync(folder["v1.tar"], Token)).ReadListDigestAsync(Token)),
            receipt.Places.Single().Sets.Single());
        if (form == ReceiptForms.Short)
            Assert.IsLessThan(1000L, new FileInfo(folder["receipt.json"]).Length);

        await bench.ArchiveAsync(_v2, "v2.tar", new DeltaSource.Receipt(folder["receipt.json"]));
        DeltaNotes notes = (await bench.NotesAsync("v2.tar"))!.Delta!;
        Assert.AreSequenceEqual(new[] { DeltaBench.Layer(1), DeltaBench.Layer(5) }.Order(), notes.Required.Select(layer => layer.Digest));
        TransferResult result = await bench.ImportAsync("v2.tar", Far);
        Assert.AreEqual(BlobOutcome.Mounted, result.Blobs.Single(blob => blob.Descriptor.Digest == DeltaBench.Layer(1)).Outcome);
    }

    [TestMethod]
    public async Task AShortReceiptOfOtherContent_IsRefused()
    {
        DeltaBench bench = Start();
        using TestKit.TempFolder folder = bench.Folder;
        await bench.ArchiveAsync(_v1, "v1.tar");
        TransferResult import = await bench.ImportAsync("v1.tar", Far);
        await ReceiptFile.WriteAsync(folder["receipt.json"], [import], "1.2.3", isShort: true, Token);
        string text = await File.ReadAllTextAsync(folder["receipt.json"], Token);
        await File.WriteAllTextAsync(
            folder["receipt.json"], text.Replace(_v1.Digest.ToString()!, _v2.Digest.ToString()!, StringComparison.Ordinal), Token);
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => bench.ArchiveAsync(_v2, "v2.tar", new DeltaSource.Receipt(folder["receipt.json"])));
        Assert.AreEqual(ErrorCode.InvalidReceipt, failure.Code);
    }

    [TestMethod]
    public async Task AChangedLongReceipt_IsRefused()
    {
        DeltaBench bench = Start();
        using TestKit.TempFolder folder = bench.Folder;
        await bench.ArchiveAsync(_v1, "v1.tar");
        await ReceiptFile.WriteAsync(folder["receipt.json"], [await bench.ImportAsync("v1.tar", Far)], "1.2.3", isShort: false, Token);
        string text = await File.ReadAllTextAsync(folder["receipt.json"], Token);
        await File.WriteAllTextAsync(
            folder["receipt.json"], text.Replace(
                DeltaBench.Layer(2).ToString(), DeltaBench.Layer(3).ToString(), StringComparison.Ordinal), Token);
        Assert.AreEqual(ErrorCode.InvalidReceipt,
            Assert.ThrowsExactly<AirgapException>(() => ReceiptJson.Read(folder["receipt.json"])).Code);
    }

    [TestMethod]
    public async Task ARepositoryIsABase()
    {
        DeltaBench bench = Start();
        using TestKit.TempFolder folder = bench.Folder;
        await bench.ArchiveAsync(_v1, "v1.tar");
        await bench.ImportAsync("v1.tar", Far);
        await bench.ArchiveAsync(_v2, "v2.tar", new DeltaSource.Repository(RepositoryName.Parse(Far)));
        Assert.HasCount(2, (await bench.NotesAsync("v2.tar"))!.Delta!.Required);
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => bench.ArchiveAsync(_v2, "x.tar", new DeltaSource.Repository(RepositoryName.Parse("far.example/none"))));
        Assert.AreEqual(ErrorCode.InvalidBase, failure.Code);
    }

    [TestMethod]
    public async Task ALock_IsABase_WhereverItsBundleCanBeRead()
    {
        DeltaBench bench = Start();
        using TestKit.TempFolder folder = bench.Folder;
        ImageReference gone = ImageReference.ByDigest(RepositoryName.Parse("unreachable.example/apps/app"), _v1.Digest!.Value);
        DeltaSource.Named named = new(
            DeltaBaseKinds.Lock, folder["lock.yml"],
            [new NamedRoot([gone, ImageReference.ByDigest(RepositoryName.Parse(DeltaBench.Source), _v1.Digest.Value)])]);
        bench.Registry.Calls.Clear();
        await bench.ArchiveAsync(_v2, "v2.tar", named);
        Assert.DoesNotContain(DeltaBench.Layer(1).ToString(), bench.Fetched());
        DeltaNotes notes = (await bench.NotesAsync("v2.tar"))!.Delta!;
        Assert.HasCount(2, notes.Required);
        Assert.Contains(gone.Repository, notes.Bases.Single().Repositories);
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => bench.ArchiveAsync(_v2, "x.tar", named with { Roots = [new NamedRoot([gone])] }));
        Assert.AreEqual(ErrorCode.InvalidBase, failure.Code);
    }

    private static class ReceiptForms
    {
        public const string Long = "long";
        public const string Short = "short";
    }
}
