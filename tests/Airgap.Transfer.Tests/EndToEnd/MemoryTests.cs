using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>
/// Memory does not grow with the number of moved bytes: on each route, with both registries in this process, almost nothing is allocated
/// for bytes that pass through.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[DoNotParallelize]
public sealed class MemoryTests : WireTestBase
{
    private const int LayerSize = 96 * 1024 * 1024;
    private const long Allowed = LayerSize / 12;

    [TestMethod]
    public async Task ALargeLayerPassesThroughPooledBuffersOnEveryRoute()
    {
        await using RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        await PushLargeImageAsync(source);
        using RegistryClient client = Client(source);
        using TempFolder folder = new();
        RelocationSource image = new RelocationSource.Image(ImageReference.Parse($"{source.Host}/big/image:v1"));

        await AssertFlatAsync("registry to registry", () => CopyAsync(client, image, Repository(destination.Host, "a/b")));
        await AssertFlatAsync("registry to tar", () => CopyAsync(client, image, new RelocationDestination.Archive(folder["a.tar"])));
        await AssertFlatAsync("tar to registry",
            () => CopyAsync(client, new RelocationSource.Archive(folder["a.tar"]), Repository(destination.Host, "c/d")));
        await AssertFlatAsync("a finished tar",
            () => CopyAsync(client, image, new RelocationDestination.Archive(folder["a.tar"]),
                transfer: new TransferOptions { Resume = true }));
    }

    // The bytes are released before anything is measured.
    private static async Task PushLargeImageAsync(RegistryFixture source)
    {
        byte[] layer = new byte[LayerSize];
        new Random(1).NextBytes(layer);
        using RegistryWriter writer = new(source.Address);
        await writer.PushImageAsync("big/image", "v1", layer);
    }

    private static async Task AssertFlatAsync(string route, Func<Task<TransferResult>> copy)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await copy();
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.IsLessThan(Allowed, allocated, $"{route}: {allocated} bytes allocated for a layer of {LayerSize}");
    }
}
