using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>A program with a window calls the libraries: they do not use its thread before they are done.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class CallerContextTests : WireTestBase
{
    [TestMethod]
    public async Task ARelocationNeverReturnsToTheCallersContext()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using RegistryClient client = Client(source);
        Relocator relocator = new(client);

        TransferPlan plan = await FromAWindow(() => relocator.PlanAsync(BundleSource("simple-app-bundle"), new PlanOptions(), Token));
        TransferResult result = await FromAWindow(
            () => relocator.RunAsync(plan, Repository(destination.Host, "apps/it"), new TransferOptions(), Token));

        Assert.IsNotEmpty(result.Blobs);
    }

    [TestMethod]
    public async Task ARepositoryNeverReturnsToTheCallersContext()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using RegistryClient client = Client(source);
        ImageReference reference = ImageReference.Parse($"{Fixtures.Registry}/user1/simple-app-bundle:v1.0.0");
        IImageRepository repository = client.GetRepository(reference.Repository);

        Airgap.Oci.Content.Manifest manifest = await FromAWindow(() => repository.GetManifestAsync("v1.0.0", Token));
        Airgap.Oci.Content.Descriptor layer = manifest.Layers[0];
        Assert.IsTrue(await FromAWindow(() => repository.HasBlobAsync(layer, Token)));
        using Stream content = await FromAWindow(() => repository.GetBlob(layer).OpenAsync(0, Token).AsTask());
        byte[] buffer = new byte[layer.Size];
        Assert.IsGreaterThan(0, await FromAWindow(() => content.ReadAsync(buffer, Token).AsTask()));
    }

    // Starts the work as a window's thread would, and leaves that thread before it awaits.
    private static async Task<T> FromAWindow<T>(Func<Task<T>> work)
    {
        CountingContext window = new();
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(window);
        Task<T> started;
        try
        {
            started = work();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        T result = await started;
        Assert.AreEqual(0, window.Posts, "continuations on the caller's thread");
        return result;
    }

    private sealed class CountingContext : SynchronizationContext
    {
        private int _posts;

        public int Posts => Volatile.Read(ref _posts);

        public override void Post(SendOrPostCallback d, object? state)
        {
            Interlocked.Increment(ref _posts);
            base.Post(d, state);
        }
    }
}
