using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>A relocation to each kind of registry succeeds, or reports what prevents it.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class BehaviourTests : WireTestBase
{
    private const RegistryBehaviours Harmless =
        RegistryBehaviours.ImmutableTags | RegistryBehaviours.NoDelete | RegistryBehaviours.NoMount | RegistryBehaviours.NoManifestHead
        | RegistryBehaviours.NoContentDigest | RegistryBehaviours.PagedTags | RegistryBehaviours.Late;

    [TestMethod]
    [DataRow(RegistryBehaviours.ImmutableTags)]
    [DataRow(RegistryBehaviours.NoDelete)]
    [DataRow(RegistryBehaviours.NoMount)]
    [DataRow(RegistryBehaviours.NoManifestHead)]
    [DataRow(RegistryBehaviours.NoContentDigest)]
    [DataRow(RegistryBehaviours.PagedTags)]
    [DataRow(RegistryBehaviours.Late)]
    [DataRow(Harmless)]
    public async Task ABundleArrivesWholeAndIsFoundThereTheNextTime(RegistryBehaviours behaviours)
    {
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        source.OnRequest = RegistryBehaviour.Of(behaviours);
        destination.OnRequest = RegistryBehaviour.Of(behaviours);
        using RegistryClient client = Client(source);
        await CopyAsync(client, BundleSource("nested-bundle"), Repository(destination.Host, "apps/it"));
        TransferResult second = await CopyAsync(client, BundleSource("nested-bundle"), Repository(destination.Host, "apps/it"));

        Assert.IsTrue(second.IsUpToDate);
        Assert.AreEqual(0, client.Statistics.Retries, "a way of a registry is not a failure");
        Assert.IsEmpty(destination.Requests.Where(request => request.Method == "DELETE"));
        destination.OnRequest = null;
        await AssertGoldenAsync(destination.Host, "apps/it", "nested-bundle");
    }

    /// <summary>The client's tests cover all of these with blobs of every size; here whole bundles are copied.</summary>
    [TestMethod]
    [DataRow(UploadBehaviours.NoWholePut)]
    [DataRow(UploadBehaviours.IgnoredPutBody)]
    [DataRow(UploadBehaviours.NoMount | UploadBehaviours.BlobsOnce)]
    public async Task ABundleArrivesHoweverTheRegistryTakesItsBlobs(UploadBehaviours behaviours)
    {
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        destination.OnRequest = UploadBehaviour.Of(behaviours);
        using RegistryClient client = Client(source);
        await CopyAsync(client, BundleSource("nested-bundle"), Repository(destination.Host, "apps/it"));
        TransferResult second = await CopyAsync(client, BundleSource("nested-bundle"), Repository(destination.Host, "apps/it"));

        Assert.IsTrue(second.IsUpToDate);
        destination.OnRequest = null;
        await AssertGoldenAsync(destination.Host, "apps/it", "nested-bundle");
    }

    [TestMethod]
    public async Task WithoutMountsBlobsAreSentWithinARegistry()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        source.OnRequest = RegistryBehaviour.Of(RegistryBehaviours.NoMount);
        using RegistryClient client = Client(source);
        TransferResult result = await CopyAsync(client, BundleSource("simple-app-bundle"), Repository(Fixtures.Registry, "new/place"));
        Assert.IsTrue(result.Blobs.All(blob => blob.Outcome == BlobOutcome.Copied));
        source.OnRequest = null;
        await AssertGoldenAsync(source.Host, "new/place", "simple-app-bundle");
    }

    [TestMethod]
    public async Task AnImmutableTagStaysAsItIsAndIsNamed()
    {
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        destination.OnRequest = RegistryBehaviour.Of(RegistryBehaviours.ImmutableTags);
        using RegistryClient client = Client(source);
        await CopyAsync(client, BundleSource("simple-app-bundle"), Repository(destination.Host, "apps/it"));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyAsync(client, BundleSource("nested-bundle"), Repository(destination.Host, "apps/it")));
        Assert.AreEqual(ErrorCode.TagImmutable, e.Code, e.Message);
        Assert.Contains("apps/it", e.Message);
        using RegistryContent content = RegistryContent.At(destination.Host);
        Assert.AreEqual(Golden("simple-app-bundle"), (await content.ManifestAsync("apps/it", "v1.0.0")).Digest);
    }

    [TestMethod]
    [DataRow(RegistryBehaviours.QuotaExceeded, ErrorCode.QuotaExceeded)]
    [DataRow(RegistryBehaviours.ReadOnly, ErrorCode.ReadOnlyRepository)]
    public async Task ARegistryThatAcceptsNothing_SaysWhy(RegistryBehaviours behaviours, ErrorCode expected)
    {
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        destination.OnRequest = RegistryBehaviour.Of(behaviours);
        using RegistryClient client = Client(source);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyAsync(client, BundleSource("simple-app-bundle"), Repository(destination.Host, "apps/it")));
        Assert.AreEqual(expected, e.Code, e.Message);
        Assert.Contains(destination.Host, e.Advice);
        Assert.AreEqual(0, client.Statistics.Retries);
    }

    [TestMethod]
    [DataRow(405, "UNSUPPORTED", "The operation is unsupported.", ErrorCode.ReadOnlyRepository)]
    [DataRow(403, "DENIED", "The system is in read only mode. Any modification is prohibited.", ErrorCode.ReadOnlyRepository)]
    [DataRow(403, "DENIED", "requested access to the resource is denied", ErrorCode.Forbidden)]
    [DataRow(507, "UNKNOWN", "insufficient storage", ErrorCode.QuotaExceeded)]
    [DataRow(413, "DENIED", "Quota exceeded for repository", ErrorCode.QuotaExceeded)]
    public async Task RegistriesSayItInTheirOwnWay(int status, string code, string message, ErrorCode expected)
    {
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        destination.OnRequest = (request, _) => request.Kind == RequestKind.UploadPost
            ? Fault.Status(status, $$"""{"errors":[{"code":"{{code}}","message":"{{message}}"}]}""") : null;
        using RegistryClient client = Client(source);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyAsync(client, BundleSource("simple-app-bundle"), Repository(destination.Host, "apps/it")));
        Assert.AreEqual(expected, e.Code, e.Message);
    }

    [TestMethod]
    public async Task ARegistryThatClosesAfter413GetsChunks()
    {
        await using RegistryFixture source = await StartWithImageAsync(6 * 1024 * 1024);
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        int closed = 0;
        destination.OnRequest = (request, context) => request.Kind == RequestKind.UploadPut && context.Request.ContentLength > 1024 * 1024
            ? Fault.Custom(async (refused, _) =>
        {
            Interlocked.Increment(ref closed);
            await refused.Request.Body.ReadExactlyAsync(new byte[64 * 1024], refused.RequestAborted);
            refused.Response.StatusCode = 413;
            refused.Response.Headers.Connection = "close";
            await refused.Response.CompleteAsync();
        }) : null;
        using RegistryClient client = Client(source);
        await CopyAsync(client, new RelocationSource.Image(ImageReference.Parse($"{source.Host}/apps/image:v1")),
            Repository(destination.Host, "apps/it"));
        Assert.IsPositive(closed);
        Assert.IsNotEmpty(destination.Of(RequestKind.UploadPatch));
        using RegistryContent content = RegistryContent.At(destination.Host);
        await content.AssertCompleteAsync("apps/it", "v1");
    }

    [TestMethod]
    public async Task ARegistryWhose413IsLostWithItsConnectionIsAskedBeforeTheNext()
    {
        await using RegistryFixture source = await StartWithImageAsync(12 * 1024 * 1024);
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        int lost = 0;
        destination.OnRequest = (request, context) =>
            request.Kind is RequestKind.UploadPut or RequestKind.UploadPatch && context.Request.ContentLength > 2 * 1024 * 1024
            ? Fault.Custom(async (refused, _) =>
            {
                // A client that continues to send without reading is reset before it can read a response.
                if (refused.Request.Headers.Expect.Count == 0)
                {
                    Interlocked.Increment(ref lost);
                    await refused.Request.Body.ReadExactlyAsync(new byte[64 * 1024], refused.RequestAborted);
                    refused.Abort();
                    return;
                }

                refused.Response.StatusCode = 413;
                refused.Response.Headers.Connection = "close";
                await refused.Response.CompleteAsync();
            })
            : null;
        using RegistryClient client = Client(source);
        await CopyAsync(client, new RelocationSource.Image(ImageReference.Parse($"{source.Host}/apps/image:v1")),
            Repository(destination.Host, "apps/it"));
        Assert.IsGreaterThanOrEqualTo(1, lost);
        Assert.IsNotEmpty(destination.Of(RequestKind.UploadPatch)
            .Where(request => request.Status == 202 && request.RequestBytes is > 1024 * 1024 and <= 2 * 1024 * 1024));
        using RegistryContent content = RegistryContent.At(destination.Host);
        await content.AssertCompleteAsync("apps/it", "v1");
    }

    [TestMethod]
    public async Task ARegistryThatIsNotToBeAskedFirstIsNotAskedTwice()
    {
        await using RegistryFixture source = await StartWithImageAsync(100_000);
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        int puts = 0;
        List<bool> asked = [];
        destination.OnRequest = (request, context) =>
        {
            if (request.Kind is not RequestKind.UploadPut || context.Request.ContentLength < 100_000)
                return null;
            asked.Add(context.Request.Headers.Expect.Count > 0);
            return Interlocked.Increment(ref puts) == 1 ? Fault.Custom((cut, _) =>
            {
                cut.Abort();
                return Task.CompletedTask;
            })
            : asked[^1] ? Fault.Status(417) : null;
        };
        using RegistryClient client = Client(source);
        await CopyAsync(client, new RelocationSource.Image(ImageReference.Parse($"{source.Host}/apps/image:v1")),
            Repository(destination.Host, "apps/it"));
        Assert.AreSequenceEqual(new[] { false, true, false }, asked);
        using RegistryContent content = RegistryContent.At(destination.Host);
        await content.AssertCompleteAsync("apps/it", "v1");
    }

    private static async Task<RegistryFixture> StartWithImageAsync(int layerSize)
    {
        byte[] layer = new byte[layerSize];
        new Random(1).NextBytes(layer);
        RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        using RegistryWriter writer = new(registry.Address);
        await writer.PushImageAsync("apps/image", "v1", layer);
        return registry;
    }

    private static string Golden(string bundle) =>
        File.ReadAllLines(Fixtures.Golden($"{bundle}.mirror-tags.txt"))
            .Single(line => line.StartsWith("v1.0.0 ", StringComparison.Ordinal)).Split(' ')[1];
}
