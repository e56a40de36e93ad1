using Airgap.Cluster.Watching;

namespace Airgap.Cluster.Tests;

/// <summary>Streams that end too soon are asked for less and less often.</summary>
[TestClass]
public sealed class BackoffTests
{
    [TestMethod]
    [DataRow(1.0, 1.0)]
    [DataRow(0.0, 0.5)]
    public async Task ThePausesDouble_UpToALimit_AndAStreamThatHeldEndsThem(double chance, double share)
    {
        Clock clock = new();
        Backoff backoff = new(clock, () => chance);
        double[] expected = [250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000];
        foreach (double pause in expected)
        {
            backoff.Begin();
            await backoff.PauseAsync(CancellationToken.None);
            Assert.AreEqual(TimeSpan.FromMilliseconds(pause * share), clock.Pauses[^1]);
        }

        backoff.Begin();
        clock.Now += Backoff.Held;
        await backoff.PauseAsync(CancellationToken.None);
        Assert.HasCount(expected.Length, clock.Pauses, "a stream that held is taken up at once");
        backoff.Begin();
        await backoff.PauseAsync(CancellationToken.None);
        Assert.AreEqual(Backoff.First * share, clock.Pauses[^1]);
    }

    // A clock whose waits are over at once, and are written down.
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
