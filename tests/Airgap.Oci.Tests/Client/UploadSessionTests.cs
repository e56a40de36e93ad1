using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using static Airgap.Oci.Tests.Client.Infra.ResumedUploads;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Oci.Tests.Client;

/// <summary>A later run resumes an earlier upload that still exists and belongs to the repository.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class UploadSessionTests
{
    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    public async Task ANewRun_ContinuesTheSessionOfAnEarlierOne()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        MemoryBlob blob = new(Responses.Blob(8 * Chunk));
        MemoryUploadStore store = new();
        using (CancellationTokenSource killed = new())
        using (RegistryClient client = CreateClient(store: store))
        {
            registry.OnRequest = (request, _) => request.Kind == RequestKind.UploadPatch
                && request.Header("Content-Range")!.StartsWith($"{4 * Chunk}-", StringComparison.Ordinal)
                ? Fault.Custom(async (context, _) =>
                {
                    await killed.CancelAsync();
                    context.Abort();
                })
                : null;
            await Assert.ThrowsAsync<OperationCanceledException>(
                () => Repository(client, registry).PushBlobAsync(blob, null, null, killed.Token));
        }

        registry.OnRequest = null;
        Assert.AreEqual(4 * Chunk, store.Saved.Single().Value.Offset);
        using RegistryClient next = CreateClient(store: store);
        SumProgress progress = new();

        Assert.AreEqual(BlobOutcome.Copied, await Repository(next, registry).PushBlobAsync(blob, null, progress, None));

        await AssertThereAsync(registry, blob);
        Assert.HasCount(1, registry.Of(RequestKind.UploadPost));
        Assert.AreEqual(4 * Chunk, next.Statistics.BytesSent);
        Assert.AreEqual(blob.Descriptor.Size, progress.Sum, "what was there counts as moved");
        Assert.IsEmpty(store.Saved);
    }

    [TestMethod]
    public async Task ASessionThatIsGone_IsBegunAnew()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        MemoryBlob blob = new(Responses.Blob(2 * Chunk));
        MemoryUploadStore store = new();
        store.Saved[$"{registry.Host}/{Name}@{blob.Descriptor.Digest}"] =
            new(new Uri(registry.Address, $"v2/{Name}/blobs/uploads/{Guid.NewGuid():D}"), Chunk);
        using RegistryClient client = CreateClient(store: store);
        await Repository(client, registry).PushBlobAsync(blob, null, null, None);
        await AssertThereAsync(registry, blob);
        Assert.AreEqual(0, client.Statistics.Retries);
    }

    [TestMethod]
    public async Task OtherBytesInAnOldSession_AreReplaced()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        MemoryBlob blob = new(Responses.Blob(2 * Chunk));
        MemoryUploadStore store = new();
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = registry.Address };
        using HttpResponseMessage opened = await http.PostAsync($"v2/{Name}/blobs/uploads/", null);
        Uri location = new(registry.Address, opened.Headers.Location!);
        using HttpResponseMessage patched = await http.PatchAsync(location, new ByteArrayContent(Responses.Blob(Chunk, seed: 9)));
        store.Saved[$"{registry.Host}/{Name}@{blob.Descriptor.Digest}"] = new(location, Chunk);
        using RegistryClient client = CreateClient(store: store);

        await Repository(client, registry).PushBlobAsync(blob, null, null, None);

        await AssertThereAsync(registry, blob);
    }

    [TestMethod]
    public async Task AnAddressOfAnotherHost_IsNeitherKeptNorTaken()
    {
        await using RegistryTest test = new();
        ScriptedServer storage = await test.ServeAsync("storage.local");
        storage.OnRequest = async context =>
        {
            await context.ReadBody();
            await context.Empty(201);
        };
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Request.Method == "HEAD"
            ? context.Empty(404) : context.Empty(202, "http://storage.local/up?signature=secret");
        MemoryUploadStore store = new();
        MemoryBlob blob = new(Responses.Blob(2 * Chunk));
        store.Saved[$"{RegistryTest.Local}/{Name}@{blob.Descriptor.Digest}"] = new(new Uri("http://elsewhere.local/up"), Chunk);
        await test.Repository(change: options => options with { UploadSessions = store, UploadChunkBytes = Chunk })
            .PushBlobAsync(blob, null, null, None);
        Assert.AreEqual(1, store.Opened);
        Assert.IsEmpty(store.Saved);
        Assert.IsFalse(test.Connections.Any(host => host.StartsWith("elsewhere", StringComparison.Ordinal)));
        Assert.IsTrue(storage.Lines.Single().StartsWith("PUT /up?signature=secret&digest=", StringComparison.Ordinal));
    }
}
