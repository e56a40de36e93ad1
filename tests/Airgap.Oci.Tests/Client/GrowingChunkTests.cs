using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Microsoft.AspNetCore.Http;
using static Airgap.Oci.Tests.Client.Infra.ResumedUploads;

namespace Airgap.Oci.Tests.Client;

/// <summary>
/// One request if the line moves a blob within seconds, otherwise growing chunks: shown by the requests of a run, with a
/// clock that the server advances.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class GrowingChunkTests
{
    private readonly ManualTime _time = new();
    private readonly List<string> _bodies = [];
    private double _secondsPerChunk;

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    public async Task OnAFastLine_ChunksGrow()
    {
        await using RegistryTest test = new();
        ScriptedSessions sessions = await ServeAsync(test);
        await PushAsync(Client(test, 4 * Chunk), 15);
        CollectionAssert.AreEqual(Responses.Blob(15 * Chunk), sessions.Held.ToArray());
        CollectionAssert.AreEqual(
            new[] { Range(0, 1), Range(1, 5), Range(5, 9), Range(9, 13), Range(13, 15) }, sessions.Ranges);
    }

    [TestMethod]
    public async Task OnASlowLine_TheyDoNot()
    {
        await using RegistryTest test = new();
        ScriptedSessions sessions = await ServeAsync(test);
        _secondsPerChunk = 5;
        await PushAsync(Client(test, 4 * Chunk), 6);
        CollectionAssert.AreEqual(Enumerable.Range(0, 6).Select(at => Range(at, at + 1)).ToArray(), sessions.Ranges);
    }

    [TestMethod]
    public async Task AGrownChunkThatIsRefused_ShrinksAgain()
    {
        await using RegistryTest test = new();
        ScriptedSessions sessions = await ServeAsync(test, most: 2 * Chunk);
        await PushAsync(Client(test, 4 * Chunk), 15);
        CollectionAssert.AreEqual(Responses.Blob(15 * Chunk), sessions.Held.ToArray());
        Assert.HasCount(1, sessions.Ranges.Where(range => range == Range(1, 5)).ToArray(), "once is enough");
        Assert.AreEqual(Range(1, 3), sessions.Ranges[2]);
    }

    /// <summary>A line that slows down and recovers, with several blobs of one run: whole, then in chunks, then whole again.</summary>
    [TestMethod]
    public async Task TheForm_FollowsTheLine_InBothDirections()
    {
        await using RegistryTest test = new();
        await ServeAsync(test);
        RegistryClient client = Client(test, 64 * Chunk);
        await PushAsync(client, 6);
        CollectionAssert.AreEqual(new[] { "PATCH 1", "PATCH 5", "PUT 0" }, _bodies, "the first request shows the line");
        CollectionAssert.AreEqual(new[] { "PUT 24" }, await PushAsync(client, 24));

        _secondsPerChunk = 40;
        CollectionAssert.AreEqual(new[] { "PUT 6" }, await PushAsync(client, 6), "nothing has shown yet that it is slow");
        CollectionAssert.AreEqual(new[] { "PATCH 1", "PATCH 1", "PATCH 1", "PUT 0" }, await PushAsync(client, 3));

        _secondsPerChunk = 0.01;
        List<int> counts = [];
        while (counts.Count < 12 && counts.LastOrDefault() != 1)
            counts.Add((await PushAsync(client, 12)).Length);
        Assert.AreEqual(1, counts[^1], "whole again");
        Assert.IsGreaterThan(2, counts[0], "one fast chunk is not yet a fast line");
        CollectionAssert.AreEqual(counts.OrderDescending().ToArray(), counts);
    }

    /// <summary>A registry that keeps only whole chunks loses one chunk, which took four seconds, and not the blob.</summary>
    [TestMethod]
    public async Task OnASlowLine_ACutLosesOneChunkAtMost()
    {
        await using RegistryTest test = new();
        int cut = 0;
        ScriptedSessions sessions = await ServeAsync(test, breaks: at => at == "8-" && cut++ == 0);
        _secondsPerChunk = 2;
        RegistryClient client = Client(test, 64 * Chunk);
        await PushAsync(client, 6);
        long before = client.Statistics.BytesSent;

        string[] bodies = await PushAsync(client, 20);

        CollectionAssert.AreEqual(
            new[] { "PATCH 2", "PATCH 2", "PATCH 2", "PATCH 2", "PATCH 2", "PATCH 1", "PATCH 2" }, bodies[..7], "short after the cut");
        CollectionAssert.AreEqual(Responses.Blob(20 * Chunk), sessions.Held.ToArray());
        Assert.IsLessThanOrEqualTo(22L * Chunk, client.Statistics.BytesSent - before);
    }

    /// <summary>A PUT that took long and broke off also shows that the line is slow.</summary>
    [TestMethod]
    public async Task AFastLineThatSlowsDownWithinAPut_AndBreaks_GoesOnInShortChunks()
    {
        await using RegistryTest test = new();
        int cut = 0;
        ScriptedSessions sessions = await ServeAsync(test, breaks: at => at == "PUT" && cut++ == 0);
        RegistryClient client = Client(test, 64 * Chunk);
        await PushAsync(client, 6);
        _secondsPerChunk = 4;
        string[] bodies = await PushAsync(client, 24);
        Assert.AreEqual("PUT 24", bodies[0]);
        CollectionAssert.AreEqual(Enumerable.Repeat("PATCH 1", 24).ToArray(), bodies[1..^1]);
        CollectionAssert.AreEqual(Responses.Blob(24 * Chunk), sessions.Held.ToArray());
    }

    private async Task<ScriptedSessions> ServeAsync(RegistryTest test, long most = long.MaxValue, Func<string, bool>? breaks = null)
    {
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        ScriptedSessions sessions = new(server) { Most = most };
        Func<HttpContext, Task> answer = server.OnRequest;
        server.OnRequest = async context =>
        {
            HttpRequest request = context.Request;
            long length = request.ContentLength ?? 0;
            if (request.Method is not ("PATCH" or "PUT"))
            {
                await answer(context);
                return;
            }

            _bodies.Add($"{request.Method} {length / Chunk}");
            _time.Advance(TimeSpan.FromSeconds(_secondsPerChunk * length / Chunk));
            string at = request.Method == "PUT" ? length > 0 ? "PUT" : ""
                : $"{long.Parse(request.Headers.ContentRange.ToString().Split('-')[0], null) / Chunk}-";
            if (breaks?.Invoke(at) == true)
            {
                await request.Body.ReadExactlyAsync(new byte[length / 2]);
                context.Abort();
                return;
            }

            await answer(context);
        };
        return sessions;
    }

    // The bodies of the requests for the blob, in chunks.
    private async Task<string[]> PushAsync(RegistryClient client, int chunks)
    {
        int before = _bodies.Count;
        Task push = client.GetRepository(RepositoryName.Parse($"{RegistryTest.Local}/{Name}"))
            .PushBlobAsync(new MemoryBlob(Responses.Blob(chunks * Chunk)), null, null, None);
        await _time.AdvanceUntilDoneAsync(push, wait => wait < TimeSpan.FromSeconds(1));
        await push;
        return [.. _bodies.Skip(before)];
    }

    private static string Range(int from, int to) => $"{from * Chunk}-{(to * Chunk) - 1}";

    private RegistryClient Client(RegistryTest test, long grown) => test.Client(change: options => options with
    {
        UploadChunkBytes = Chunk,
        GrownChunkBytes = grown,
        ResponseHeaderTimeout = TimeSpan.FromHours(10),
        TimeProvider = _time,
    });
}
