namespace Airgap.Cluster.Tests;

/// <summary>
/// The system's clock, except that the test ends one wait: the events before its end then do not depend on the machine.
/// </summary>
internal sealed class LimitClock : TimeProvider
{
    /// <summary>The duration of that wait; no other wait is as long.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(77);

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends the wait.</summary>
    public void End() => _over.TrySetResult();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        dueTime == Limit ? new Wait(_over.Task, callback, state) : base.CreateTimer(callback, state, dueTime, period);

    private sealed class Wait : ITimer
    {
        private volatile bool _isDisposed;

        public Wait(Task over, TimerCallback callback, object? state) => _ = over.ContinueWith(
            _ =>
            {
                if (!_isDisposed)
                    callback(state);
            }, TaskScheduler.Default);

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => _isDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
