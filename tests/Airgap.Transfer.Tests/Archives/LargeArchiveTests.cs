using System.Security.Cryptography;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Archives;

/// <summary>
/// An archive of 13 layers of more than 8 GiB each, over 100 GiB in all, in a sparse file: no offset, header or length is limited
/// to 32 bits or to a tar's octal numbers. Reading one of those layers to check it takes long: AIRGAP_LARGE=1 enables it.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class LargeArchiveTests : RelocatorTestBase
{
    private const long LayerSize = (8L * 1024 * 1024 * 1024) + 513;
    private const int Layers = 13;

    [TestMethod]
    public async Task AnArchivePast100GiBIsLaidOutAndReadBack()
    {
        using TempFolder folder = new();
        ArchiveLayout layout = await WriteSparseAsync(
            folder["big.tar"], Enumerable.Range(0, Layers).Select(i => Digest.Compute([(byte)i])));
        Assert.IsGreaterThan(100L << 30, layout.Length);
        ArchiveReader reader = await ArchiveReader.OpenAsync(folder["big.tar"], Token);
        Assert.HasCount(Layers, layout.Layers);
        foreach (ArchiveLayer layer in layout.Layers)
        {
            ArchiveEntry? entry = reader.FindLayer(layer.Blob.Descriptor);
            Assert.AreEqual((layer.DataOffset, LayerSize), (entry!.Value.Offset, entry.Value.Size));
        }

        List<ArchivedItem> items = [];
        await foreach (ArchivedItem item in reader.ReadItemsAsync(includeNonDistributable: false, failures: null, Token))
            items.Add(item);
        Assert.AreEqual(Layers * LayerSize, items.Single().Content.Blobs.Skip(1).Sum(blob => blob.Size));
    }

    [TestMethod]
    public async Task ALayerPast8GiBIsVerifiedWhole()
    {
        if (Environment.GetEnvironmentVariable("AIRGAP_LARGE") != "1")
            Assert.Inconclusive("AIRGAP_LARGE=1 reads 16 GiB of zeros.");
        using TempFolder folder = new();
        Digest zeros = HashOfZeros();
        ArchiveLayout layout = await WriteSparseAsync(folder["big.tar"], [zeros]);
        EarlierArchive earlier = new(layout, new Silent());
        Assert.IsTrue(await earlier.IsWholeAsync(folder["big.tar"], Token));

        using (FileStream file = new(folder["big.tar"], FileMode.Open, FileAccess.Write))
        {
            file.Position = layout.Layers[0].DataOffset + LayerSize - 1;
            file.WriteByte(1);
        }

        Assert.IsFalse(await earlier.IsWholeAsync(folder["big.tar"], Token));
    }

    private async Task<ArchiveLayout> WriteSparseAsync(string path, IEnumerable<Digest> layers)
    {
        byte[] config = "{}"u8.ToArray();
        string json = $$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":"{{Digest.Compute(config)}}"},"layers":[{{string.Join(',', layers.Select(layer => $$"""{"mediaType":"application/vnd.oci.image.layer.v1.tar","size":{{LayerSize}},"digest":"{{layer}}"}"""))}}]}
            """;
        FakeRepository repository = Registry.Get("large.example/image");
        repository.AddBlob(config);
        repository.AddManifest(Manifest.Parse(Encoding.UTF8.GetBytes(json)), "v1");
        TransferPlan plan = await new Relocator(Registry).PlanAsync(
            new RelocationSource.Image(Oci.Naming.ImageReference.Parse("large.example/image:v1")), new PlanOptions
            {
                EmbedConfigs = true
            }, Token);
        ArchiveLayout layout = ArchiveLayout.Create(plan);
        await using FileStream file = new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        file.SetLength(layout.Length);
        long end = ArchiveLayout.HeaderOf(ArchiveLayout.ManifestName, layout.ManifestLength).Length + layout.ManifestLength;
        foreach ((_, ReadOnlyMemory<byte> piece) in layout.Pieces.TakeWhile(piece => piece.Offset < end))
            file.Write(piece.Span);
        foreach (ArchiveLayer layer in layout.Layers)
        {
            file.Position = layer.HeaderOffset;
            file.Write(ArchiveLayout.HeaderOf(ArchiveLayout.NameOf(layer.Blob.Descriptor.Digest), LayerSize));
        }

        return layout;
    }

    private static Digest HashOfZeros()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] zeros = new byte[1024 * 1024];
        for (long left = LayerSize; left > 0; left -= zeros.Length)
            hash.AppendData(zeros, 0, (int)Math.Min(left, zeros.Length));
        return Digest.FromHash(HashAlgorithmName.SHA256, hash.GetHashAndReset());
    }

    private sealed class Silent : ITransferObserver;
}
