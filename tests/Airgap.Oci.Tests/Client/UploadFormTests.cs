using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.Oci.Wire;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Oci.Tests.Client;

/// <summary>
/// Each registry accepts uploads in its own way, and every blob arrives; the client learns from one blob for the others.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class UploadFormTests
{
    private const int Chunk = 2 * 1024 * 1024;
    private const string Name = "apps/web";

    private static readonly byte[] s_small = Responses.Blob(100_000);
    private static readonly byte[] s_large = Responses.Blob((9 * 1024 * 1024) + 3, seed: 2);

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    [DataRow(UploadBehaviours.NoWholePut)]
    [DataRow(UploadBehaviours.IgnoredPutBody)]
    [DataRow(UploadBehaviours.ShortChunks)]
    [DataRow(UploadBehaviours.StaleRange)]
    [DataRow(UploadBehaviours.RelativeRange)]
    [DataRow(UploadBehaviours.OneChunk)]
    [DataRow(UploadBehaviours.NoChunks)]
    [DataRow(UploadBehaviours.ChunksCrash)]
    [DataRow(UploadBehaviours.WholePutCrashes)]
    [DataRow(UploadBehaviours.BlobsOnce)]
    [DataRow(UploadBehaviours.NoMount)]
    [DataRow(UploadBehaviours.ShortBodies)]
    [DataRow(UploadBehaviours.NoMount | UploadBehaviours.BlobsOnce)]
    [DataRow(UploadBehaviours.NoMount | UploadBehaviours.StaleRange)]
    [DataRow(UploadBehaviours.NoWholePut | UploadBehaviours.NoChunks)]
    [DataRow(UploadBehaviours.NoWholePut | UploadBehaviours.OneChunk)]
    [DataRow(UploadBehaviours.NoWholePut | UploadBehaviours.ShortBodies)]
    [DataRow(UploadBehaviours.IgnoredPutBody | UploadBehaviours.ShortChunks)]
    public async Task EveryBlobArrives(UploadBehaviours behaviours)
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = UploadBehaviour.Of(behaviours);
        using RegistryClient client = Client();
        foreach (byte[] bytes in new[] { s_small, s_large })
        {
            SumProgress progress = new();
            Assert.AreEqual(BlobOutcome.Copied, await PushAsync(client, registry, bytes, progress));
            Assert.AreEqual(bytes.Length, progress.Sum);
            await AssertThereAsync(registry, bytes);
        }

        // A meaningless number is no reason to send anything twice.
        if (behaviours is UploadBehaviours.StaleRange or UploadBehaviours.RelativeRange or UploadBehaviours.NoMount)
            Assert.AreEqual(s_small.Length + s_large.Length, client.Statistics.BytesSent);
    }

    [TestMethod]
    [DataRow(UploadBehaviours.NoMount)]
    [DataRow(UploadBehaviours.NoMount | UploadBehaviours.BlobsOnce)]
    [DataRow(UploadBehaviours.None)]
    public async Task AnExistingBlob_IsNotSent(UploadBehaviours behaviours)
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = UploadBehaviour.Of(behaviours);
        using (RegistryClient client = Client())
            await PushAsync(client, registry, s_large);

        using RegistryClient next = Client();
        Assert.AreEqual(BlobOutcome.Present, await PushAsync(next, registry, s_large));
        Assert.AreEqual(0, next.Statistics.BytesSent);
        registry.Clear();
        Assert.AreEqual(BlobOutcome.Present, await PushAsync(next, registry, s_large));
        Assert.AreEqual(1, registry.Requests.Count, "what is known of the registry is asked in one request");
    }

    [TestMethod]
    public async Task ASmallBlobThatIsNotTakenTwiceIsFound()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = UploadBehaviour.Of(UploadBehaviours.NoMount | UploadBehaviours.BlobsOnce);
        using RegistryClient client = Client();
        await PushAsync(client, registry, s_small);
        Assert.AreEqual(BlobOutcome.Present, await PushAsync(client, registry, s_small));
    }

    /// <summary>The client tests once whether a POST shows that a blob exists, and does not repeat the test for each blob.</summary>
    [TestMethod]
    public async Task ARegistryThatMountsIsAskedNoMoreThanNeeded()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        using RegistryClient client = Client();
        await AssertKindsAsync(3, RequestKind.UploadPost, RequestKind.BlobHead, RequestKind.UploadPut);
        await AssertKindsAsync(4, RequestKind.UploadPost, RequestKind.UploadPost, RequestKind.UploadPut);
        await AssertKindsAsync(5, RequestKind.UploadPost, RequestKind.UploadPut);

        async Task AssertKindsAsync(int seed, params RequestKind[] expected)
        {
            registry.Clear();
            await PushAsync(client, registry, Responses.Blob(Chunk, seed));
            CollectionAssert.AreEqual(
                expected, registry.Requests.Select(request => request.Kind).Where(kind => kind != RequestKind.Ping).ToArray());
        }
    }

    /// <summary>A repository without tags has hardly any blobs, so hardly any request is spent on the check.</summary>
    [TestMethod]
    [DataRow(false, 6)]
    [DataRow(true, 3)]
    public async Task ARepositoryThatIsKnownToBeEmptyIsAskedLess(bool isListed, int expected)
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        using RegistryClient client = Client();
        if (isListed)
            Assert.IsEmpty(await client.GetRepository(RepositoryName.Parse($"{registry.Host}/{Name}")).ListTagsAsync(None).ToArrayAsync());

        // All at once: none has seen the end of another.
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int posts = 0;
        registry.OnRequest = (request, _) =>
        {
            if (request.Kind != RequestKind.UploadPost)
                return null;
            if (Interlocked.Increment(ref posts) == 6)
                all.SetResult();
            return Fault.Delay(all.Task);
        };
        await Task.WhenAll(Enumerable.Range(10, 6).Select(seed => PushAsync(client, registry, Responses.Blob(Chunk, seed))));
        Assert.HasCount(expected, registry.Of(RequestKind.BlobHead));
    }

    [TestMethod]
    [DataRow(UploadBehaviours.NoWholePut, false, RequestKind.UploadPatch)]
    [DataRow(UploadBehaviours.WholePutCrashes, false, RequestKind.UploadPatch)]
    [DataRow(UploadBehaviours.IgnoredPutBody, false, RequestKind.UploadPatch)]
    [DataRow(UploadBehaviours.NoChunks, true, RequestKind.UploadPut)]
    [DataRow(UploadBehaviours.OneChunk, true, RequestKind.UploadPut)]
    [DataRow(UploadBehaviours.ShortChunks, true, RequestKind.UploadPut)]
    [DataRow(UploadBehaviours.ChunksCrash, true, RequestKind.UploadPut)]
    [DataRow(UploadBehaviours.ShortBodies, true, RequestKind.UploadPatch)]
    [DataRow(UploadBehaviours.NoWholePut | UploadBehaviours.NoChunks, true, RequestKind.UploadPatch)]
    public async Task ARefusalIsHeardOnce(UploadBehaviours behaviours, bool isLarge, RequestKind first)
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = UploadBehaviour.Of(behaviours);
        using RegistryClient client = Client();
        await PushAsync(client, registry, isLarge ? s_large : s_small);
        registry.Clear();

        await PushAsync(client, registry, Responses.Blob(isLarge ? s_large.Length : s_small.Length, seed: 6));

        RecordedRequest[] sent = [.. registry.Requests.Where(request => request.Kind is RequestKind.UploadPatch or RequestKind.UploadPut)];
        Assert.AreEqual(first, sent[0].Kind);
        Assert.IsEmpty(sent.Where(request => request.Status >= 400), string.Join('\n', sent.AsEnumerable()));
    }

    /// <summary>Two clients send a blob at once to a registry that accepts it once: the second finds it there.</summary>
    [TestMethod]
    public async Task ABlobThatSomebodyElseSentMeanwhileIsFound()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        Func<RecordedRequest, Microsoft.AspNetCore.Http.HttpContext, Fault?> behaviour =
            UploadBehaviour.Of(UploadBehaviours.NoMount | UploadBehaviours.BlobsOnce);
        using RegistryClient client = Client();
        using RegistryClient other = Client();
        registry.OnRequest = behaviour;
        await PushAsync(client, registry, s_large);
        Assert.AreEqual(BlobOutcome.Present, await PushAsync(client, registry, s_large), "the POST is known not to tell now");
        int posts = 0;
        registry.OnRequest = (request, context) => request.Kind == RequestKind.UploadPost && Interlocked.Increment(ref posts) == 1
            ? Fault.Delay(PushAsync(other, registry, s_small), behaviour(request, context))
            : behaviour(request, context);
        Assert.AreEqual(BlobOutcome.Present, await PushAsync(client, registry, s_small));
    }

    [TestMethod]
    public async Task ARegistryThatTakesNoFormSaysWhyNotTheUsualOne()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = (request, _) => request.Kind switch
        {
            RequestKind.UploadPut => Fault.Status(404, """{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN","message":"no such upload"}]}"""),
            RequestKind.UploadPatch => Fault.Status(405, "no"),
            _ => null,
        };
        using RegistryClient client = Client();
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => PushAsync(client, registry, s_small));
        StringAssert.Contains(e.Message, "no such upload");
        Assert.AreEqual(404, e.StatusCode);
        Assert.HasCount(1, registry.Of(RequestKind.UploadPut));
        Assert.HasCount(2, registry.Of(RequestKind.UploadPatch));
        Assert.AreEqual(0, client.Statistics.Retries);
    }

    /// <summary>A refusal by the source says nothing about the destination.</summary>
    [TestMethod]
    public async Task ARefusalOfTheSourceIsNoneOfTheForm()
    {
        await using RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        using RegistryClient client = Client();
        IBlobContent missing = client.GetRepository(RepositoryName.Parse($"{source.Host}/{Name}"))
            .GetBlob(new MemoryBlob(s_small).Descriptor);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => client.GetRepository(RepositoryName.Parse($"{registry.Host}/{Name}")).PushBlobAsync(missing, null, null, None));
        Assert.AreEqual(ErrorCode.BlobUnknown, e.Code);
        Assert.HasCount(1, source.Of(RequestKind.BlobGet));
    }

    /// <summary>A registry that accepts a chunk but then repeatedly reports that it did not receives the whole blob instead.</summary>
    [TestMethod]
    [Timeout(120_000)]
    public async Task ARegistryThatSendsUsBackForEverIsSentTheWhole()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = (request, _) => request.Kind == RequestKind.UploadPatch && request.Header("Content-Range") is { } range
            && !range.StartsWith("0-", StringComparison.Ordinal)
            ? Fault.Status(416, headers: ("Range", "0-0"))
            : null;
        using RegistryClient client = Client();
        Assert.AreEqual(BlobOutcome.Copied, await PushAsync(client, registry, s_large));
        await AssertThereAsync(registry, s_large);
    }

    /// <summary>A proxy may break off a long PUT; with chunks, only one chunk is lost.</summary>
    [TestMethod]
    [DataRow(502)]
    [DataRow(504)]
    public async Task ALargePutThatFailedGoesInChunksNext(int status)
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = (request, context) => request.Kind == RequestKind.UploadPut && context.Request.ContentLength > 0
            ? Fault.Custom(async (inner, _) =>
            {
                await inner.Request.Body.CopyToAsync(Stream.Null, inner.RequestAborted);
                inner.Response.StatusCode = status;
            })
            : null;
        using RegistryClient client = Client();
        byte[] bytes = Responses.Blob(2 * Chunk, seed: 8);
        Assert.AreEqual(BlobOutcome.Copied, await PushAsync(client, registry, bytes));
        await AssertThereAsync(registry, bytes);
        Assert.AreEqual(1, client.Statistics.Retries);
        Assert.HasCount(2, registry.Of(RequestKind.UploadPatch));
    }

    /// <summary>If the PUT of a large blob was cut, it is worth searching for a chunk size that the registry accepts.</summary>
    [TestMethod]
    public async Task ACutPutGoesOnInTheChunksThatAreTaken()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        Func<RecordedRequest, Microsoft.AspNetCore.Http.HttpContext, Fault?> behaviour = UploadBehaviour.Of(UploadBehaviours.ShortChunks);
        int puts = 0;
        int questions = 0;
        registry.OnRequest = (request, context) => request.Kind switch
        {
            RequestKind.UploadPut when Interlocked.Increment(ref puts) == 1 => Fault.TruncateUpload(0),
            RequestKind.UploadGet when Interlocked.Increment(ref questions) == 1 => Fault.Status(404),
            _ => behaviour(request, context),
        };
        using RegistryClient client = Client();
        byte[] bytes = Responses.Blob(3 * Chunk, seed: 7);
        Assert.AreEqual(BlobOutcome.Copied, await PushAsync(client, registry, bytes));
        await AssertThereAsync(registry, bytes);
        Assert.IsNotEmpty(registry.Of(RequestKind.UploadPatch).Where(request => request.Status == 202));
    }

    private static RegistryClient Client() => new(
        new RegistryOptions
        {
            RetryDelay = TimeSpan.FromMilliseconds(1),
            UploadChunkBytes = Chunk,
            ResponseHeaderTimeout = TimeSpan.FromSeconds(60)
        }, new FakeCredentials(null));

    private static Task<BlobOutcome> PushAsync(
        RegistryClient client, RegistryFixture registry, byte[] bytes, IProgress<long>? progress = null) =>
        client.GetRepository(RepositoryName.Parse($"{registry.Host}/{Name}")).PushBlobAsync(new MemoryBlob(bytes), null, progress, None);

    private static async Task AssertThereAsync(RegistryFixture registry, byte[] bytes)
    {
        Func<RecordedRequest, Microsoft.AspNetCore.Http.HttpContext, Fault?>? behaviour = registry.OnRequest;
        registry.OnRequest = null;
        using (RegistryContent content = RegistryContent.At(registry.Host))
            Assert.AreSequenceEqual(bytes, await content.BlobAsync(Name, Digest.Compute(bytes).ToString()));
        registry.OnRequest = behaviour;
    }
}
