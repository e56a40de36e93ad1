using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using static Airgap.Oci.Tests.Client.Infra.ResumedUploads;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Oci.Tests.Client;

/// <summary>An interrupted upload continues at the offset that the registry reports.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class UploadResumeTests
{
    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    public async Task ACutPut_ContinuesInChunksFromWhereItStopped()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        MemoryBlob blob = new(Responses.Blob(3 * Chunk));
        Once(registry, RequestKind.UploadPut, () => Fault.TruncateUpload(1_500_000));
        SumProgress progress = new();
        using RegistryClient client = CreateClient();

        Assert.AreEqual(BlobOutcome.Copied, await Repository(client, registry).PushBlobAsync(blob, null, progress, None));

        await AssertThereAsync(registry, blob);
        Assert.HasCount(1, registry.Of(RequestKind.UploadPost));
        Assert.HasCount(1, registry.Of(RequestKind.UploadGet));
        Assert.HasCount(2, registry.Of(RequestKind.UploadPatch));
        Assert.AreEqual(blob.Descriptor.Size, Received(registry), "no byte that the registry has is sent again");
        Assert.AreEqual(blob.Descriptor.Size, progress.Sum);
        Assert.AreEqual(1, client.Statistics.Retries);
        Assert.AreEqual(1, client.Statistics.UploadGets);
    }

    [TestMethod]
    public async Task ALargeBlob_GoesInChunks_WithOneRequestForEach()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        MemoryBlob blob = new(Responses.Blob((5 * Chunk) + 3));
        using RegistryClient client = CreateClient();

        await Repository(client, registry).PushBlobAsync(blob, null, null, None);

        await AssertThereAsync(registry, blob);
        Assert.HasCount(6, registry.Of(RequestKind.UploadPatch));
        Assert.HasCount(1, registry.Of(RequestKind.UploadPut));
        Assert.IsEmpty(registry.Of(RequestKind.UploadGet));
        Assert.AreEqual(1, blob.Opened);
    }

    [TestMethod]
    public async Task ABlobOfLessThanAChunk_TakesTwoRequests_AndNoPlaceInTheStore()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        MemoryUploadStore store = new();
        using RegistryClient client = CreateClient(store: store);
        await Repository(client, registry).PushBlobAsync(new MemoryBlob(Responses.Blob(Chunk - 1)), null, null, None);
        Assert.HasCount(2, registry.Requests.Where(request => request.Kind != RequestKind.Ping));
        Assert.AreEqual(0, store.Opened);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task CutsOfEveryChunk_AreNoFailure_WhileTheRegistryTakesSomeBytes(bool answerLost)
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        MemoryBlob blob = new(Responses.Blob(6 * Chunk));
        int patches = 0;
        registry.OnRequest = (request, _) => request.Kind == RequestKind.UploadPatch && Interlocked.Increment(ref patches) % 2 == 1
            ? answerLost ? Fault.DropAfter() : Fault.TruncateUpload(Chunk / 2)
            : null;
        SumProgress progress = new();
        using RegistryClient client = CreateClient(retries: 2);

        Assert.AreEqual(BlobOutcome.Copied, await Repository(client, registry).PushBlobAsync(blob, null, progress, None));

        await AssertThereAsync(registry, blob);
        Assert.AreEqual(blob.Descriptor.Size, Received(registry));
        Assert.AreEqual(blob.Descriptor.Size, progress.Sum);
        Assert.IsGreaterThan(2, client.Statistics.Retries);
    }

    [TestMethod]
    public async Task ALineThatOnlyCuts_UsesUpTheRetries()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = (request, _) => request.Kind == RequestKind.UploadPatch ? Fault.TruncateUpload(0) : null;
        using RegistryClient client = CreateClient(retries: 3);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => Repository(client, registry).PushBlobAsync(new MemoryBlob(Responses.Blob(5 * Chunk)), null, null, None));
        Assert.AreEqual(ErrorCode.RegistryUnreachable, e.Code, e.Message);
        Assert.AreEqual(2, client.Statistics.Retries);
    }

    [TestMethod]
    [DataRow(404)]
    [DataRow(405)]
    [DataRow(500)]
    public async Task AForgottenUpload_StartsOver(int status)
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        MemoryBlob blob = new(Responses.Blob(5 * Chunk));
        int patches = 0;
        registry.OnRequest = (request, _) => request.Kind switch
        {
            RequestKind.UploadPatch when Interlocked.Increment(ref patches) == 3 => Fault.TruncateUpload(1000),
            RequestKind.UploadGet => Fault.Status(status),
            _ => null,
        };
        SumProgress progress = new();
        using RegistryClient client = CreateClient();

        await Repository(client, registry).PushBlobAsync(blob, null, progress, None);

        await AssertThereAsync(registry, blob);
        Assert.HasCount(2, registry.Of(RequestKind.UploadPost));
        Assert.HasCount(1, registry.Of(RequestKind.UploadGet));
        Assert.AreEqual(blob.Descriptor.Size, progress.Sum);
    }

    [TestMethod]
    public async Task ARegistryThatForgetsEachTime_IsAnError()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        int patches = 0;
        registry.OnRequest = (request, _) => request.Kind switch
        {
            RequestKind.UploadPatch when Interlocked.Increment(ref patches) % 2 == 0 => Fault.TruncateUpload(1000),
            RequestKind.UploadPatch when patches % 2 == 1 && request.Header("Content-Range") is { } range
                && !range.StartsWith("0-", StringComparison.Ordinal) => Fault.Status(404),
            _ => null,
        };
        using RegistryClient client = CreateClient();
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => Repository(client, registry).PushBlobAsync(new MemoryBlob(Responses.Blob(5 * Chunk)), null, null, None));
        Assert.AreEqual(ErrorCode.UploadForgotten, e.Code, e.Message);
    }

    [TestMethod]
    public async Task BytesThatWereSpoiledOnTheirWayUp_AreSentAgain()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        MemoryBlob blob = new(Responses.Blob(100_000));
        Once(registry, RequestKind.UploadPut, () => Fault.Custom(async (context, next) =>
        {
            context.Request.Body = new MemoryStream(new byte[100_000]);
            await next(context);
        }));
        using RegistryClient client = CreateClient();
        await Repository(client, registry).PushBlobAsync(blob, null, null, None);
        await AssertThereAsync(registry, blob);
        Assert.AreEqual(1, client.Statistics.Retries);
    }
}
