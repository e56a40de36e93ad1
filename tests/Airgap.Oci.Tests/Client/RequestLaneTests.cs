using System.Collections.Concurrent;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.Oci.Wire;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>After a refusal because of load, the requests of that kind wait together, and resume gradually.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class RequestLaneTests
{
    private static readonly TimeSpan s_asked = TimeSpan.FromSeconds(30);

    private readonly ManualTime _clock = new();
    private readonly ConcurrentQueue<string> _notices = [];

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    public async Task ConcurrentRefusals_CauseOnePause_AndThenOneRequestAtATime()
    {
        RequestLane lane = Lane();
        RequestLane.Turn[] turns = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => lane.EnterAsync(None).AsTask()));
        foreach (RequestLane.Turn turn in turns)
        {
            turn.NoteRefused(s_asked);
            turn.Dispose();
        }

        Assert.AreEqual("host.io limits requests: reading manifests pauses for 30 s.", Assert.ContainsSingle(_notices));
        int running = 0;
        int most = 0;
        List<int> atOnce = [];
        Task[] again = [.. Enumerable.Range(0, 16).Select(async _ =>
        {
            using RequestLane.Turn turn = await lane.EnterAsync(None);
            lock (atOnce)
            {
                most = Math.Max(most, ++running);
                atOnce.Add(running);
            }

            await Task.Yield();
            lock (atOnce)
                running--;
            turn.NoteServed();
        })];
        await _clock.WaitForTimerAsync(wait => wait == s_asked);
        Assert.IsEmpty(atOnce);
        _clock.Advance(s_asked);
        await Task.WhenAll(again);
        Assert.AreEqual(1, atOnce[0]);
        Assert.IsLessThanOrEqualTo(16, most);
        Assert.HasCount(16, atOnce);
        Assert.HasCount(1, _notices);
    }

    [TestMethod]
    public async Task OnlyOneGoesUntilItIsServed_AndBlobsKeepHalf()
    {
        Assert.AreEqual(1, await AfterPauseAsync(LimitedKind.ManifestReads));
        Assert.AreEqual(4, await AfterPauseAsync(LimitedKind.BlobWrites));

        async Task<int> AfterPauseAsync(LimitedKind kind)
        {
            RequestLane lane = Lane(kind);
            RequestLane.Turn[] turns = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => lane.EnterAsync(None).AsTask()));
            foreach (RequestLane.Turn turn in turns)
                turn.NoteRefused(TimeSpan.FromSeconds(1));
            foreach (RequestLane.Turn turn in turns)
                turn.Dispose();
            _clock.Advance(TimeSpan.FromSeconds(1));
            using CancellationTokenSource stop = new();
            Task<RequestLane.Turn>[] again = [.. Enumerable.Range(0, 8).Select(_ => lane.EnterAsync(stop.Token).AsTask())];
            int entered = again.Count(task => task.IsCompletedSuccessfully);
            await stop.CancelAsync();
            await Task.WhenAll(again.Select(task => task.ContinueWith(_ => { }, TaskScheduler.Default)));
            return entered;
        }
    }

    /// <summary>A service that accepts ten per second refuses a few, not half of them.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public async Task ThePaceIsFound(int seed)
    {
        const int Requests = 300;
        RequestLane lane = Lane();
        double tokens = 20;
        DateTimeOffset filled = _clock.GetUtcNow();
        int refused = 0;
        int left = Requests;
        Random random = new(seed);
        Task all = Task.WhenAll(Enumerable.Range(0, 16).Select(_ => WorkAsync()));
        await _clock.AdvanceUntilDoneAsync(all, _ => true);
        double seconds = (_clock.GetUtcNow() - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds;
        Assert.IsLessThan(Requests / 5, refused, $"{seconds} s");
        Assert.IsLessThan(90.0, seconds, "28 s are the least");

        async Task WorkAsync()
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                while (!await TryAsync())
                {
                }
            }
        }

        async Task<bool> TryAsync()
        {
            using RequestLane.Turn turn = await lane.EnterAsync(None);
            int latency;
            lock (random)
                latency = random.Next(1, 20);
            await Task.Delay(TimeSpan.FromMilliseconds(latency), _clock, None);
            lock (random)
            {
                tokens = Math.Min(20, tokens + ((_clock.GetUtcNow() - filled).TotalSeconds * 10));
                filled = _clock.GetUtcNow();
                if (tokens < 1)
                {
                    refused++;
                    turn.NoteRefused(null);
                    return false;
                }

                tokens--;
            }

            turn.NoteServed();
            return true;
        }
    }

    [TestMethod]
    public async Task AKindThatIsNotRefusedDoesNotWait()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        byte[] bytes = Responses.Blob(100);
        bool isBusy = true;
        server.OnRequest = async context =>
        {
            if (!context.Request.Path.Value!.Contains("/manifests/", StringComparison.Ordinal))
            {
                await context.Bytes(bytes);
            }
            else if (Volatile.Read(ref isBusy))
            {
                context.Response.Headers.RetryAfter = (_clock.GetUtcNow() + s_asked).ToString("R");
                await context.Error(429, "TOOMANYREQUESTS", "slow down");
            }
            else
            {
                await context.Manifest(Responses.ManifestBytes());
            }
        };
        RegistryClient client = test.Client(change: options => options with
        {
            TimeProvider = _clock,
            LoadWait = TimeSpan.FromMinutes(1),
            ResponseHeaderTimeout = TimeSpan.FromMinutes(10),
            Notice = _notices.Enqueue,
        });
        IImageRepository repository = client.GetRepository(RepositoryName.Parse(RegistryTest.Local + "/a"));
        Task<Manifest?> manifest = repository.FindManifestAsync("v1", None);
        await _clock.WaitForTimerAsync(wait => wait == s_asked);
        Assert.AreEqual(100L, await repository.GetBlob(new Descriptor("application/octet-stream", Digest.Compute(bytes), 100))
            .ReadWholeAsync(async (stream, token) =>
            {
                await stream.CopyToAsync(Stream.Null, token);
                return 100L;
            }, None));
        Assert.IsFalse(manifest.IsCompleted);
        Volatile.Write(ref isBusy, false);
        await _clock.AdvanceUntilDoneAsync(manifest, wait => wait <= s_asked);
        Assert.IsNotNull(await manifest);
        Assert.Contains("pauses for 30 s", Assert.ContainsSingle(_notices));
    }

    [TestMethod]
    public void EveryKindOfRequestButAPingHasALane() => Assert.AreSequenceEqual(
        [RequestKind.Ping], Enum.GetValues<RequestKind>().Where(kind => LimitedKinds.Of(kind) is null));

    private RequestLane Lane(LimitedKind kind = LimitedKind.ManifestReads) => new(
        "host.io", kind, new RegistryOptions { TimeProvider = _clock, RetryDelay = TimeSpan.FromMilliseconds(100) }, _notices.Enqueue);
}
