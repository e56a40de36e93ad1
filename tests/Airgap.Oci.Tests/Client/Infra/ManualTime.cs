namespace Airgap.Oci.Tests.Client.Infra;

/// <summary>A clock that the test advances.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(Func<TimeSpan, bool> Wanted, TaskCompletionSource<TimeSpan> Found)> _waits = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Waits until something waits for a time, and returns how long it waits.</summary>
    public Task<TimeSpan> WaitForTimerAsync(Func<TimeSpan, bool> wanted)
    {
        lock (_lock)
        {
            foreach (ManualTimer timer in _timers)
            {
                if (wanted(timer.Due - _now))
                    return Task.FromResult(timer.Due - _now);
            }

            TaskCompletionSource<TimeSpan> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add((wanted, found));
            return found.Task;
        }
    }

    /// <summary>Ends every wait of some kind, until a task completes.</summary>
    public async Task<List<TimeSpan>> AdvanceUntilDoneAsync(Task task, Func<TimeSpan, bool> wanted)
    {
        List<TimeSpan> passed = [];
        while (true)
        {
            Task<TimeSpan> timer = WaitForTimerAsync(wanted);
            if (await Task.WhenAny(timer, task) == task)
                return passed;
            passed.Add(await timer);
            Advance(await timer);
        }
    }

    public void Advance(TimeSpan time)
    {
        List<ManualTimer> due;
        lock (_lock)
        {
            _now += time;
            due = [.. _timers.Where(timer => timer.Due <= _now)];
            _timers.RemoveAll(due.Contains);
        }

        foreach (ManualTimer timer in due)
            timer.Fire();
    }

    private sealed class ManualTimer(ManualTime clock, Action fire) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            List<TaskCompletionSource<TimeSpan>> found = [];
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Due = clock._now + dueTime;
                clock._timers.Add(this);
                foreach ((Func<TimeSpan, bool> wanted, TaskCompletionSource<TimeSpan> source) in clock._waits)
                {
                    if (wanted(dueTime))
                        found.Add(source);
                }

                clock._waits.RemoveAll(wait => found.Contains(wait.Found));
            }

            foreach (TaskCompletionSource<TimeSpan> source in found)
                source.SetResult(dueTime);
            return true;
        }

        public void Dispose()
        {
            lock (clock._lock)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
