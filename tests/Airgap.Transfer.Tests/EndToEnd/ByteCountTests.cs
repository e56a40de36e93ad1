using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>Bytes cost most: each is served once and received once.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ByteCountTests : WireTestBase
{
    [TestMethod]
    public async Task ACopyIsServedEachByteOnceAndSendsItOnce()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using RegistryClient client = Client(source);
        TransferResult result = await CopyAsync(client, BundleSource("index-bundle"), Repository(destination.Host, "apps/it"));
        Assert.AreEqual(result.Plan.TotalBytes, await ServedAsync(source));

        // And the two blobs of the locations image.
        long sent = destination.Of(RequestKind.UploadPut).Sum(request => request.RequestBytes);
        Assert.IsInRange(result.Plan.TotalBytes + 1, result.Plan.TotalBytes + 4096, sent);
    }

    [TestMethod]
    public async Task AnArchiveIsServedEachByteOnceAndAFinishedOneNoneOfItsLayers()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using RegistryClient client = Client(source);
        using TempFolder folder = new();
        RelocationDestination archive = new RelocationDestination.Archive(folder["it.tar"]);
        TransferResult result = await CopyAsync(client, BundleSource("index-bundle"), archive);
        Assert.AreEqual(result.Plan.TotalBytes, await ServedAsync(source));

        source.Clear();
        TransferResult again = await CopyAsync(
            client, BundleSource("index-bundle"), archive, transfer: new TransferOptions { Resume = true });
        Assert.AreEqual(0, again.Blobs.Count(blob => blob.Outcome == BlobOutcome.Copied && !IsConfig(again, blob)));
        Assert.AreEqual(0, await ServedAsync(source));
    }

    [TestMethod]
    public async Task AnArchiveWithOneDamagedLayerIsServedThatLayerAlone()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using RegistryClient client = Client(source);
        using TempFolder folder = new();
        RelocationDestination archive = new RelocationDestination.Archive(folder["it.tar"]);
        TransferResult result = await CopyAsync(client, BundleSource("index-bundle"), archive);
        byte[] whole = await File.ReadAllBytesAsync(folder["it.tar"], Token);
        RelocatedBlob damaged = result.Blobs
            .Where(blob => !IsConfig(result, blob))
            .First(blob => result.Plan.Items.Where(item => item.IsBundle)
                .All(item => item.Content.Manifest.Layers[0].Digest != blob.Descriptor.Digest));
        using (FileStream file = File.OpenWrite(folder["it.tar"]))
        {
            int name = whole.AsSpan().LastIndexOf(System.Text.Encoding.ASCII.GetBytes($"sha256-{damaged.Descriptor.Digest.Hex}.tar.gz"));
            file.Position = name + 512;
            file.WriteByte((byte)~whole[name + 512]);
        }

        source.Clear();
        TransferResult again = await CopyAsync(
            client, BundleSource("index-bundle"), archive, transfer: new TransferOptions { Resume = true });
        Assert.AreEqual(damaged.Descriptor.Digest,
            again.Blobs.Single(blob => blob.Outcome == BlobOutcome.Copied && !IsConfig(again, blob)).Descriptor.Digest);
        Assert.AreEqual(damaged.Descriptor.Size, await ServedAsync(source));
        Assert.AreSequenceEqual(whole, await File.ReadAllBytesAsync(folder["it.tar"], Token));
    }

    private static bool IsConfig(TransferResult result, RelocatedBlob blob) =>
        result.Plan.Items.SelectMany(item => item.Content.SelfAndDescendants())
            .Any(node => node.Manifest.Config?.Digest == blob.Descriptor.Digest);

    // The client may read the last byte before the server counts it.
    private async Task<long> ServedAsync(RegistryFixture source)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(5));
        while (source.Of(RequestKind.BlobGet).Any(request => !request.IsComplete))
            await timer.WaitForNextTickAsync(Token);
        return source.Of(RequestKind.BlobGet).Sum(request => request.ResponseBytes);
    }
}
