using System.Diagnostics.Metrics;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.Oci.Wire;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>A rate limit applies to all bodies of a registry together; the clock takes no real time.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class RateTests
{
    private const int Rate = 1_000_000;

    private readonly ManualTime _clock = new();

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public async Task ConcurrentPayments_KeepTheRate(int seed)
    {
        Random random = new(seed);
        ByteBucket bucket = new(Rate, _clock, RegistryTest.Local);
        int[] shares = [.. Enumerable.Range(0, 8).Select(_ => random.Next(1, 20) * bucket.Slice)];
        List<int> turns = [];
        DateTimeOffset begun = _clock.GetUtcNow();
        Task all = Task.WhenAll(shares.Select((share, i) => PayAsync(share, i)));
        await _clock.AdvanceUntilDoneAsync(all, _ => true);
        double taken = (_clock.GetUtcNow() - begun).TotalSeconds;
        double whole = (double)shares.Sum() / Rate;
        Assert.IsTrue(taken >= whole - 0.11 && taken <= whole + 0.2, $"{taken} of {whole}");

        // While all bodies wait, each gets its turn before another gets its third.
        int fewest = shares.Min() / bucket.Slice;
        Assert.IsTrue(Enumerable.Range(0, 8).All(i => turns.Take(fewest * 8).Count(turn => turn == i) >= fewest / 2),
            string.Join(' ', turns));

        async Task PayAsync(int share, int who)
        {
            for (int left = share; left > 0; left -= bucket.Slice)
            {
                await bucket.PayAsync(bucket.Slice, None);
                lock (turns)
                    turns.Add(who);
            }
        }
    }

    [TestMethod]
    public async Task WaitsAreCountedForTheHost()
    {
        const string host = "rated.local:5077";
        double seconds = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument.Name == "airgap.registry.wait.time")
                all.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
        {
            Dictionary<string, object?> all = tags.ToArray().ToDictionary();
            if (all.GetValueOrDefault("server.address") is "rated.local" && all.GetValueOrDefault("airgap.wait.reason") is "rate")
                Interlocked.Exchange(ref seconds, seconds + value);
        });
        listener.Start();
        ByteBucket bucket = new(Rate, _clock, host);
        Task paid = PayAsync();
        List<TimeSpan> passed = await _clock.AdvanceUntilDoneAsync(paid, _ => true);
        Assert.AreEqual(passed.Sum(wait => wait.TotalSeconds), seconds, 0.001);
        Assert.IsGreaterThan(0.8, seconds);

        async Task PayAsync()
        {
            for (int paid = 0; paid < Rate; paid += bucket.Slice)
                await bucket.PayAsync(bucket.Slice, None);
        }
    }

    /// <summary>It has other connections, since any certificate is accepted and plain http is tried; the host is the same.</summary>
    [TestMethod]
    public async Task AnInsecureMirrorAndAnOrdinaryPlaceOfOneHostShareItsRate()
    {
        byte[] bytes = Responses.Blob(500_000);
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["registries.conf"], $"""
            [[registry]]
            location = "origin.local:5001"
            [[registry.mirror]]
            location = "{RegistryTest.Local}"
            insecure = true
            """);
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Bytes(bytes);
        RegistryClient client = test.Client(
            change: options => Limited(options) with { RegistriesConf = folder["registries.conf"] });
        IBlobContent[] blobs =
        [
            client.GetRepository(RepositoryName.Parse(RegistryTest.Local + "/apps/web")).GetBlob(Of(bytes)),
            ((IRegistry)client).GetSource(RepositoryName.Parse("origin.local:5001/apps/web")).GetBlob(Of(bytes)),
        ];
        Task<bool[]> read = Task.WhenAll(blobs.Select(blob => blob.ReadWholeAsync(
            async (stream, token) =>
            {
                await stream.CopyToAsync(Stream.Null, token);
                return true;
            },
            None)));
        Assert.IsTrue(await TimeOfAsync(read) >= TimeSpan.FromSeconds(0.89));
        await read;
        Assert.HasCount(2, server.Lines);
    }

    [TestMethod]
    public async Task AWaitEndsAtOnceWhenItIsCancelled()
    {
        ByteBucket bucket = new(Rate, _clock, RegistryTest.Local);
        using CancellationTokenSource stop = new();
        Task wait = bucket.PayAsync(10 * Rate, stop.Token).AsTask();
        Assert.IsFalse(wait.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsExactlyAsync<TaskCanceledException>(() => wait);
    }

    /// <summary>Our own waits are longer than the stall limit, but do not count as stalls.</summary>
    [TestMethod]
    public async Task ADownloadTakesItsTimeAndDoesNotStall()
    {
        byte[] bytes = Responses.Blob(500_000);
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Bytes(bytes);
        IBlobContent blob = test.Repository(change: Limited).GetBlob(Of(bytes));
        Task<byte[]> read = blob.ReadWholeAsync(
            async (stream, token) =>
            {
                using MemoryStream all = new();
                await stream.CopyToAsync(all, token);
                return all.ToArray();
            },
            None);
        Assert.IsTrue(await TimeOfAsync(read) >= TimeSpan.FromSeconds(0.39));
        Assert.AreSequenceEqual(bytes, await read);
        Assert.HasCount(1, server.Lines);
    }

    [TestMethod]
    public async Task AnUploadTakesItsTimeAndWhatIsSentAgainIsPaidAgain()
    {
        byte[] bytes = Responses.Blob(300_000);
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        int puts = 0;
        server.OnRequest = async context =>
        {
            if (context.Request.Method == "POST")
            {
                await context.Empty(202, "/v2/apps/web/blobs/uploads/1");
                return;
            }

            int sent = (await context.ReadBody()).Length;
            if (sent == 0)
                await context.Empty(context.Request.Method == "PUT" ? 201 : 404);
            else
                await context.Empty(Interlocked.Increment(ref puts) == 1 ? 500 : context.Request.Method == "PUT" ? 201 : 202,
                    "/v2/apps/web/blobs/uploads/1");
        };
        Task<BlobOutcome> push = test.Repository(change: Limited).PushBlobAsync(new MemoryBlob(bytes), null, null, None);
        Assert.IsTrue(await TimeOfAsync(push) >= TimeSpan.FromSeconds(0.49));
        Assert.AreEqual(BlobOutcome.Copied, await push);
        Assert.AreEqual(2, puts);
    }

    [TestMethod]
    public void ARegistryHasItsOwnLimitOrThatOfAll()
    {
        ByteRates rates = new(1, ByteRates.None.ByRegistry.Add("host.io:5000", 2));
        Assert.AreEqual(2, rates.Of("HOST.io:5000"));
        Assert.AreEqual(1, rates.Of("host.io"));
        Assert.IsNull((rates with { Everywhere = null }).Of("host.io"));
    }

    private static Descriptor Of(byte[] bytes) => new("application/octet-stream", Digest.Compute(bytes), bytes.Length);

    // Ends only our own waits: shorter than the stall limit of ten minutes, longer than those of a retry.
    private async Task<TimeSpan> TimeOfAsync(Task task)
    {
        DateTimeOffset begun = _clock.GetUtcNow();
        await _clock.AdvanceUntilDoneAsync(task, wait => wait <= TimeSpan.FromSeconds(1) && wait != s_stall);
        return _clock.GetUtcNow() - begun;
    }

    private static readonly TimeSpan s_stall = TimeSpan.FromMilliseconds(60);

    private RegistryOptions Limited(RegistryOptions options) => options with
    {
        TimeProvider = _clock,
        Rates = new ByteRates(Rate, ByteRates.None.ByRegistry),
        StallTimeout = s_stall,
        ResponseHeaderTimeout = TimeSpan.FromMinutes(10),
    };
}
