using Airgap.Cluster.Watching;

namespace Airgap.Cluster.Tests;

/// <summary>Watches that end too soon are retried less and less often.</summary>
[TestClass]
public sealed class WatchBackoffTests
{
    [TestMethod]
    public async Task PausesDouble_UpToALimit_AndALastingWatchResetsThem()
    {
        Clock clock = new();
        WatchBackoff backoff = new(clock);
        double[] expected = [250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000];
        foreach (double pause in expected)
        {
            backoff.Begin();
            await backoff.PauseAsync(CancellationToken.None);
            AssertAbout(pause, clock.Pauses[^1]);
        }

        backoff.Begin();
        clock.Now += WatchBackoff.Lasting;
        await backoff.PauseAsync(CancellationToken.None);
        Assert.HasCount(expected.Length, clock.Pauses, "a lasting watch is resumed without a pause");
        backoff.Begin();
        await backoff.PauseAsync(CancellationToken.None);
        AssertAbout(WatchBackoff.First.TotalMilliseconds, clock.Pauses[^1]);

        // Jitter subtracts up to half.
        static void AssertAbout(double longest, TimeSpan pause) =>
            Assert.IsTrue(pause.TotalMilliseconds <= longest && pause.TotalMilliseconds >= longest / 2, $"{pause}");
    }

    // Its waits end at once and are recorded.
    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public List<TimeSpan> Pauses { get; } = [];

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Pauses.Add(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
