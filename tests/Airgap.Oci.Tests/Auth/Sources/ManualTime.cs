using Airgap.Oci.Credentials.Helpers;

namespace Airgap.Oci.Tests.Auth.Sources;

/// <summary>A clock whose short waits end at once, and whose long ones end when the test says so.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<(TimeSpan Due, Timer Timer)> _timers = [];

    /// <summary>Every wait that began, in order.</summary>
    public TimeSpan[] Waits
    {
        get
        {
            lock (_timers)
                return [.. _timers.Select(timer => timer.Due)];
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        // A helper's output takes real time to arrive.
        if (dueTime == HelperProcess.OutputGrace)
            return System.CreateTimer(callback, state, dueTime, period);
        Timer timer = new(() => callback(state));
        lock (_timers)
            _timers.Add((dueTime, timer));
        if (dueTime < TimeSpan.FromSeconds(10))
            ThreadPool.QueueUserWorkItem(_ => timer.Fire());
        return timer;
    }

    /// <summary>Ends the long waits.</summary>
    public void Expire()
    {
        (TimeSpan Due, Timer Timer)[] timers;
        lock (_timers)
            timers = [.. _timers];
        foreach ((_, Timer timer) in timers)
            timer.Fire();
    }

    private sealed class Timer(Action fire) : ITimer
    {
        private int _isOver;

        public void Fire()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
                fire();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Timeout.InfiniteTimeSpan)
                Interlocked.Exchange(ref _isOver, 1);
            return true;
        }

        public void Dispose() => Interlocked.Exchange(ref _isOver, 1);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
