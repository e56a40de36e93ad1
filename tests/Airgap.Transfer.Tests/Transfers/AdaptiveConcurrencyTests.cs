using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Transfers;

/// <summary>The test controls the clock and the refusals, so every step is known in advance.</summary>
[TestClass]
public sealed class AdaptiveConcurrencyTests
{
    private readonly Clock _clock = new();
    private long _refusals;

    [TestMethod]
    public async Task TheLimit_Rises_WhileThroughputRises()
    {
        AdaptiveConcurrency places = Create(first: 4, most: 16);
        await RunTurnAsync(places, TimeSpan.FromSeconds(1));
        Assert.AreEqual(8, places.Limit);
        await RunTurnAsync(places, TimeSpan.FromSeconds(1));
        Assert.AreEqual(16, places.Limit, "8 blobs in the time of 4");
        await RunTurnAsync(places, TimeSpan.FromSeconds(1));
        Assert.AreEqual(16, places.Limit, "never more than the most");
    }

    [TestMethod]
    public async Task TheLimit_Stays_WhenThroughputStays()
    {
        AdaptiveConcurrency places = Create(first: 4, most: 64);
        await RunTurnAsync(places, TimeSpan.FromSeconds(1));
        await RunTurnAsync(places, TimeSpan.FromSeconds(2));
        await RunTurnAsync(places, TimeSpan.FromSeconds(2));
        Assert.AreEqual(8, places.Limit, "8 blobs took twice the time of 4");
    }

    [TestMethod]
    public async Task TheLimit_Stays_WithoutAQueue()
    {
        AdaptiveConcurrency places = Create(first: 4, most: 64);
        for (int i = 0; i < 12; i++)
        {
            await places.EnterAsync(CancellationToken.None);
            _clock.Advance(TimeSpan.FromMilliseconds(100 / (i + 1)));
            places.Leave();
        }

        Assert.AreEqual(4, places.Limit);
    }

    [TestMethod]
    public async Task ARefusalHalvesItAndItClimbsAgainStepByStep()
    {
        AdaptiveConcurrency places = Create(first: 8, most: 64);
        _refusals++;
        await places.EnterAsync(CancellationToken.None);
        places.Leave();
        Assert.AreEqual(4, places.Limit);
        await RunTurnAsync(places, TimeSpan.FromSeconds(1));
        Assert.AreEqual(5, places.Limit);
        await RunTurnAsync(places, TimeSpan.FromSeconds(1));
        Assert.AreEqual(6, places.Limit);
    }

    [TestMethod]
    public async Task TheRefusalsOfOneMomentCountAsOne()
    {
        AdaptiveConcurrency places = Create(first: 8, most: 64);
        for (int i = 0; i < 4; i++)
            await places.EnterAsync(CancellationToken.None);
        for (int i = 0; i < 4; i++)
        {
            _refusals++;
            places.Leave();
        }

        Assert.AreEqual(4, places.Limit, "halved once");
        for (int i = 0; i < 50; i++)
        {
            _refusals++;
            await places.EnterAsync(CancellationToken.None);
            places.Leave();
        }

        Assert.AreEqual(1, places.Limit, "halved after each turn of refusals, but one always goes on");
    }

    [TestMethod]
    public async Task AWaiterThatIsCancelledTakesNoPlace()
    {
        AdaptiveConcurrency places = Create(first: 1, most: 1);
        await places.EnterAsync(CancellationToken.None);
        using CancellationTokenSource stop = new();
        Task cancelled = places.EnterAsync(stop.Token);
        Task next = places.EnterAsync(CancellationToken.None);
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => cancelled);
        Assert.IsFalse(next.IsCompleted);
        places.Leave();
        await next;
    }

    private AdaptiveConcurrency Create(int first, int most) => new(first, most, () => _refusals, _clock);

    // As many blobs in progress as permitted, all the time, with one more waiting.
    private async Task RunTurnAsync(AdaptiveConcurrency places, TimeSpan took)
    {
        int limit = places.Limit;
        for (int i = 0; i < limit; i++)
            await places.EnterAsync(CancellationToken.None);
        Task waiting = places.EnterAsync(CancellationToken.None);
        for (int i = 0; i < limit; i++)
        {
            if (i == limit - 1)
                _clock.Advance(took);
            places.Leave();
        }

        await waiting;
        Give(places);
    }

    // The waiting blob is not counted separately.
    private static void Give(AdaptiveConcurrency places)
    {
        places.Moved(-64 * 1024);
        places.Leave();
    }

    private sealed class Clock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
