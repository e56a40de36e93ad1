using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.Oci.Wire;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Microsoft.AspNetCore.Http;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Oci.Tests.Client;

/// <summary>An upload that was cut goes on where the registry says it stopped, within a run and in the next one.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class UploadResumeTests
{
    private const int Chunk = 1024 * 1024;
    private const string Name = "apps/web";

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    public async Task ACutPutGoesOnInChunksFromWhereItStopped()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        MemoryBlob blob = new(Answers.Blob(3 * Chunk));
        Once(registry, RequestKind.UploadPut, () => Fault.TruncateUpload(1_500_000));
        SumProgress progress = new();
        using RegistryClient client = Client();

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
    public async Task ALargeBlobGoesInChunksAndOneRequestMoreForEach()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        MemoryBlob blob = new(Answers.Blob((5 * Chunk) + 3));
        using RegistryClient client = Client();

        await Repository(client, registry).PushBlobAsync(blob, null, null, None);

        await AssertThereAsync(registry, blob);
        Assert.HasCount(6, registry.Of(RequestKind.UploadPatch));
        Assert.HasCount(1, registry.Of(RequestKind.UploadPut));
        Assert.IsEmpty(registry.Of(RequestKind.UploadGet));
        Assert.AreEqual(1, blob.Opened);
    }

    [TestMethod]
    public async Task ABlobOfLessThanAChunkTakesTwoRequestsAndNoPlaceInTheStore()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        MemoryUploadStore store = new();
        using RegistryClient client = Client(store: store);
        await Repository(client, registry).PushBlobAsync(new MemoryBlob(Answers.Blob(Chunk - 1)), null, null, None);
        Assert.HasCount(2, registry.Requests.Where(request => request.Kind != RequestKind.Ping));
        Assert.AreEqual(0, store.Opened);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task EveryChunkMayBeCutForABudgetHealsWithWhatTheRegistryHas(bool answerLost)
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        MemoryBlob blob = new(Answers.Blob(6 * Chunk));
        int patches = 0;
        registry.OnRequest = (request, _) => request.Kind == RequestKind.UploadPatch && Interlocked.Increment(ref patches) % 2 == 1
            ? answerLost ? Fault.DropAfter() : Fault.TruncateUpload(Chunk / 2)
            : null;
        SumProgress progress = new();
        using RegistryClient client = Client(retries: 2);

        Assert.AreEqual(BlobOutcome.Copied, await Repository(client, registry).PushBlobAsync(blob, null, progress, None));

        await AssertThereAsync(registry, blob);
        Assert.AreEqual(blob.Descriptor.Size, Received(registry));
        Assert.AreEqual(blob.Descriptor.Size, progress.Sum);
        Assert.IsGreaterThan(2, client.Statistics.Retries);
    }

    [TestMethod]
    public async Task ALineThatOnlyCutsUsesUpTheBudget()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = (request, _) => request.Kind == RequestKind.UploadPatch ? Fault.TruncateUpload(0) : null;
        using RegistryClient client = Client(retries: 3);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => Repository(client, registry).PushBlobAsync(new MemoryBlob(Answers.Blob(5 * Chunk)), null, null, None));
        Assert.AreEqual(ErrorCode.RegistryUnreachable, e.Code, e.Message);
        Assert.AreEqual(2, client.Statistics.Retries);
    }

    [TestMethod]
    [DataRow(404)]
    [DataRow(405)]
    [DataRow(500)]
    public async Task WhatTheRegistryForgotIsSentAgain(int status)
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        MemoryBlob blob = new(Answers.Blob(5 * Chunk));
        int patches = 0;
        registry.OnRequest = (request, _) => request.Kind switch
        {
            RequestKind.UploadPatch when Interlocked.Increment(ref patches) == 3 => Fault.TruncateUpload(1000),
            RequestKind.UploadGet => Fault.Status(status),
            _ => null,
        };
        SumProgress progress = new();
        using RegistryClient client = Client();

        await Repository(client, registry).PushBlobAsync(blob, null, progress, None);

        await AssertThereAsync(registry, blob);
        Assert.HasCount(2, registry.Of(RequestKind.UploadPost));
        Assert.HasCount(1, registry.Of(RequestKind.UploadGet));
        Assert.AreEqual(blob.Descriptor.Size, progress.Sum);
    }

    [TestMethod]
    public async Task ARegistryThatForgetsEachTimeIsTold()
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
        using RegistryClient client = Client();
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => Repository(client, registry).PushBlobAsync(new MemoryBlob(Answers.Blob(5 * Chunk)), null, null, None));
        Assert.AreEqual(ErrorCode.UploadForgotten, e.Code, e.Message);
    }

    [TestMethod]
    public async Task ANewRunGoesOnWithTheSessionOfAnEarlierOne()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        MemoryBlob blob = new(Answers.Blob(8 * Chunk));
        MemoryUploadStore store = new();
        using (CancellationTokenSource killed = new())
        using (RegistryClient client = Client(store: store))
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
        using RegistryClient next = Client(store: store);
        SumProgress progress = new();

        Assert.AreEqual(BlobOutcome.Copied, await Repository(next, registry).PushBlobAsync(blob, null, progress, None));

        await AssertThereAsync(registry, blob);
        Assert.HasCount(1, registry.Of(RequestKind.UploadPost));
        Assert.AreEqual(4 * Chunk, next.Statistics.BytesSent);
        Assert.AreEqual(blob.Descriptor.Size, progress.Sum, "what was there counts as moved");
        Assert.IsEmpty(store.Saved);
    }

    [TestMethod]
    public async Task ASessionThatIsGoneIsSilentlyBegunAnew()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        MemoryBlob blob = new(Answers.Blob(2 * Chunk));
        MemoryUploadStore store = new();
        store.Saved[$"{registry.Host}/{Name}@{blob.Descriptor.Digest}"] =
            new(new Uri(registry.Address, $"v2/{Name}/blobs/uploads/{Guid.NewGuid():D}"), Chunk);
        using RegistryClient client = Client(store: store);
        await Repository(client, registry).PushBlobAsync(blob, null, null, None);
        await AssertThereAsync(registry, blob);
        Assert.AreEqual(0, client.Statistics.Retries);
    }

    [TestMethod]
    public async Task OtherBytesInAnOldSessionAreReplaced()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        MemoryBlob blob = new(Answers.Blob(2 * Chunk));
        MemoryUploadStore store = new();
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = registry.Address };
        using HttpResponseMessage opened = await http.PostAsync($"v2/{Name}/blobs/uploads/", null);
        Uri location = new(registry.Address, opened.Headers.Location!);
        using HttpResponseMessage patched = await http.PatchAsync(location, new ByteArrayContent(Answers.Blob(Chunk, seed: 9)));
        store.Saved[$"{registry.Host}/{Name}@{blob.Descriptor.Digest}"] = new(location, Chunk);
        using RegistryClient client = Client(store: store);

        await Repository(client, registry).PushBlobAsync(blob, null, null, None);

        await AssertThereAsync(registry, blob);
    }

    [TestMethod]
    public async Task AnAddressOfAnotherHostIsNeitherKeptNorTaken()
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
        MemoryBlob blob = new(Answers.Blob(2 * Chunk));
        store.Saved[$"{RegistryTest.Local}/{Name}@{blob.Descriptor.Digest}"] = new(new Uri("http://elsewhere.local/up"), Chunk);
        await test.Repository(change: options => options with { UploadSessions = store, UploadChunkBytes = Chunk })
            .PushBlobAsync(blob, null, null, None);
        Assert.AreEqual(1, store.Opened);
        Assert.IsEmpty(store.Saved);
        Assert.IsFalse(test.Connections.Any(host => host.StartsWith("elsewhere", StringComparison.Ordinal)));
        Assert.IsTrue(storage.Lines.Single().StartsWith("PUT /up?signature=secret&digest=", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task A416IsMendedByTheRegistrysRange()
    {
        await using RegistryTest test = new();
        Sessions sessions = new(await test.ServeAsync(RegistryTest.Local)) { Understate = true };
        MemoryBlob blob = new(Answers.Blob(5 * Chunk));
        SumProgress progress = new();
        await Repository(test).PushBlobAsync(blob, null, progress, None);
        CollectionAssert.AreEqual(Answers.Blob(5 * Chunk), sessions.Held.ToArray());
        Assert.AreEqual(1, sessions.Corrected);
        Assert.AreEqual(5 * Chunk, progress.Sum);
    }

    [TestMethod]
    public async Task TheRegistrysLeastChunkIsHeeded()
    {
        await using RegistryTest test = new();
        Sessions sessions = new(await test.ServeAsync(RegistryTest.Local)) { Minimum = 2 * Chunk };
        await Repository(test).PushBlobAsync(new MemoryBlob(Answers.Blob(5 * Chunk)), null, null, None);
        CollectionAssert.AreEqual(
            new[] { $"0-{(2 * Chunk) - 1}", $"{2 * Chunk}-{(4 * Chunk) - 1}", $"{4 * Chunk}-{(5 * Chunk) - 1}" }, sessions.Ranges);
    }

    [TestMethod]
    public async Task AChunkThatIsTooLargeIsHalved()
    {
        await using RegistryTest test = new();
        Sessions sessions = new(await test.ServeAsync(RegistryTest.Local)) { Most = 2 * Chunk };
        await Repository(test, chunk: 4 * Chunk).PushBlobAsync(new MemoryBlob(Answers.Blob(17 * Chunk)), null, null, None);
        CollectionAssert.AreEqual(Answers.Blob(17 * Chunk), sessions.Held.ToArray());
        Assert.AreEqual($"0-{(4 * Chunk) - 1}", sessions.Ranges[0]);
        Assert.AreEqual($"0-{(2 * Chunk) - 1}", sessions.Ranges[1]);
    }

    [TestMethod]
    [DataRow(404)]
    [DataRow(405)]
    [DataRow(501)]
    public async Task ARegistryWithoutChunksGetsTheWhole(int status)
    {
        await using RegistryTest test = new();
        Sessions sessions = new(await test.ServeAsync(RegistryTest.Local)) { PatchStatus = status };
        MemoryBlob blob = new(Answers.Blob(5 * Chunk));
        Assert.AreEqual(BlobOutcome.Copied, await Repository(test).PushBlobAsync(blob, null, null, None));
        CollectionAssert.AreEqual(Answers.Blob(5 * Chunk), sessions.Held.ToArray());
    }

    [TestMethod]
    public async Task BytesThatWereSpoiledOnTheirWayUpAreSentAgain()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        MemoryBlob blob = new(Answers.Blob(100_000));
        Once(registry, RequestKind.UploadPut, () => Fault.Custom(async (context, next) =>
        {
            context.Request.Body = new MemoryStream(new byte[100_000]);
            await next(context);
        }));
        using RegistryClient client = Client();
        await Repository(client, registry).PushBlobAsync(blob, null, null, None);
        await AssertThereAsync(registry, blob);
        Assert.AreEqual(1, client.Statistics.Retries);
    }

    private static IImageRepository Repository(RegistryTest test, int chunk = Chunk) =>
        test.Repository(change: options => options with { UploadChunkBytes = chunk });

    private static IImageRepository Repository(RegistryClient client, RegistryFixture registry) =>
        client.GetRepository(RepositoryName.Parse($"{registry.Host}/{Name}"));

    private static RegistryClient Client(int retries = 5, IUploadSessionStore? store = null) => new(
        new RegistryOptions
        {
            RetryCount = retries,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            UploadChunkBytes = Chunk,
            UploadSessions = store,
            ResponseHeaderTimeout = TimeSpan.FromSeconds(60)
        },
        new FakeCredentials(null));

    private static void Once(RegistryFixture registry, RequestKind kind, Func<Fault> fault)
    {
        int count = 0;
        registry.OnRequest = (request, _) => request.Kind == kind && Interlocked.Increment(ref count) == 1 ? fault() : null;
    }

    private static long Received(RegistryFixture registry) =>
        registry.Requests.Where(request => request.Kind is RequestKind.UploadPut or RequestKind.UploadPatch)
            .Sum(request => request.RequestBytes);

    private static async Task AssertThereAsync(RegistryFixture registry, MemoryBlob blob)
    {
        registry.OnRequest = null;
        using RegistryContent content = RegistryContent.At(registry.Host);
        Assert.HasCount((int)blob.Descriptor.Size, await content.BlobAsync(Name, blob.Descriptor.Digest.ToString()));
    }

    /// <summary>A repository's uploads, with the wishes and whims of some registries.</summary>
    private sealed class Sessions
    {
        public Sessions(ScriptedServer server) => server.OnRequest = AnswerAsync;

        public MemoryStream Held { get; private set; } = new();

        public List<string> Ranges { get; } = [];

        public int Corrected { get; private set; }

        /// <summary>Tells of half of the first chunk only.</summary>
        public bool Understate { get; set; }

        public long Minimum { get; init; }

        public long Most { get; init; } = long.MaxValue;

        public int PatchStatus { get; init; } = 202;

        private async Task AnswerAsync(HttpContext context)
        {
            HttpRequest request = context.Request;
            switch (request.Method)
            {
                case "POST":
                    Held = new();
                    if (Minimum > 0)
                        context.Response.Headers["OCI-Chunk-Min-Length"] = $"{Minimum}";
                    await context.Empty(202, $"/v2/{Name}/blobs/uploads/1");
                    break;
                case "GET":
                    await ProgressAsync(context, 204, Held.Length);
                    break;
                case "HEAD":
                    await context.Empty(404);
                    break;
                case "PATCH" when PatchStatus >= 400:
                    await context.Error(PatchStatus, "UNSUPPORTED", "no chunks");
                    break;
                case "PATCH":
                    Ranges.Add(request.Headers.ContentRange.ToString());
                    byte[] chunk = await context.ReadBody();
                    if (chunk.Length > Most)
                    {
                        await context.Empty(413);
                    }
                    else if (!Ranges[^1].StartsWith($"{Held.Length}-", StringComparison.Ordinal))
                    {
                        Corrected++;
                        await ProgressAsync(context, 416, Held.Length);
                    }
                    else
                    {
                        await Held.WriteAsync(chunk);
                        await ProgressAsync(context, 202, Understate ? Held.Length / 2 : Held.Length);
                        Understate = false;
                    }

                    break;
                default:
                    await Held.WriteAsync(await context.ReadBody());
                    await context.Empty(Digest.TryParse(request.Query["digest"]!, out Digest digest)
                        && digest == Digest.Compute(Held.ToArray()) ? 201 : 400);
                    break;
            }
        }

        private static Task ProgressAsync(HttpContext context, int status, long length)
        {
            context.Response.Headers.Range = $"0-{Math.Max(0, length - 1)}";
            return context.Empty(status, $"/v2/{Name}/blobs/uploads/1?at={length}");
        }
    }
}
