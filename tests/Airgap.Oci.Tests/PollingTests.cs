namespace Airgap.Oci.Tests;

[TestClass]
public sealed class PollingTests
{
    private readonly Clock _clock = new();

    [TestMethod]
    public async Task PausesGrow_AndTheLastEndsAtTheLimit()
    {
        Polling polling = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4), _clock);
        while (await polling.PauseAsync(CancellationToken.None))
        {
        }

        Assert.AreEqual(TimeSpan.FromSeconds(10), _clock.Now);
        double[] longest = [1, 2, 4, 4, 4, 4, 4, 4];
        foreach ((int i, TimeSpan pause) in _clock.Pauses.SkipLast(1).Index())
            Assert.IsTrue(pause.TotalSeconds <= longest[i] && pause.TotalSeconds >= longest[i] / 2, $"{i}: {pause}");
    }

    [TestMethod]
    public async Task ALimitOfZero_AllowsNoPause()
    {
        Polling polling = new(TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), _clock);
        Assert.IsFalse(await polling.PauseAsync(CancellationToken.None));
        Assert.IsEmpty(_clock.Pauses);
    }

    [TestMethod]
    public async Task APartOfAMillisecond_IsWaitedForOnce()
    {
        Polling polling = new(TimeSpan.FromMilliseconds(0.9), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), _clock);
        Assert.IsTrue(await polling.PauseAsync(CancellationToken.None));
        Assert.IsFalse(await polling.PauseAsync(CancellationToken.None));
        Assert.AreEqual(TimeSpan.FromMilliseconds(1), _clock.Now);
    }

    [TestMethod]
    public async Task ATimerThatEndsEarly_AddsNoCheck()
    {
        _clock.EndsEarlyBy = TimeSpan.FromMilliseconds(0.3);
        Polling polling = new(TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), _clock);
        Assert.IsTrue(await polling.PauseAsync(CancellationToken.None));
        Assert.IsFalse(await polling.PauseAsync(CancellationToken.None));
        Assert.AreEqual(TimeSpan.FromMilliseconds(4.7), _clock.Now);
    }

    [TestMethod]
    public async Task WithoutALimit_PausesContinue()
    {
        Polling polling = new(Timeout.InfiniteTimeSpan, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), _clock);
        for (int i = 0; i < 100; i++)
            Assert.IsTrue(await polling.PauseAsync(CancellationToken.None));
        Assert.IsGreaterThan(TimeSpan.FromMinutes(45), _clock.Now);
    }

    // A clock whose waits end at once, and advance it.
    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; private set; }

        public List<TimeSpan> Pauses { get; } = [];

        public TimeSpan EndsEarlyBy { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Pauses.Add(dueTime);
            Now += dueTime - EndsEarlyBy;
            return base.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
