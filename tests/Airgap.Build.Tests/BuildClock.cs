namespace Airgap.Build.Tests;

/// <summary>A time that passes as a test says.</summary>
internal sealed class BuildClock : TimeProvider
{
    private readonly List<(Timer Timer, TimeSpan Period)> _timers = [];

    public TimeSpan Now { get; set; }

    /// <summary>Lets time pass, and timers fire.</summary>
    public void Pass(TimeSpan time)
    {
        for (TimeSpan end = Now + time; Now < end;)
        {
            Now += TimeSpan.FromSeconds(1);
            foreach ((Timer timer, TimeSpan period) in _timers.Where(each => Now.Ticks % each.Period.Ticks == 0))
                timer.Fire();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timer timer = new(() => callback(state));
        _timers.Add((timer, period));
        return timer;
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now.Ticks;

    private sealed class Timer(Action fire) : ITimer
    {
        private bool _ended;

        public void Fire()
        {
            if (!_ended)
                fire();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose() => _ended = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
