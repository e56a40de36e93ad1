namespace Airgap.Oci.Wire;

/// <summary>Cancels an operation that makes no progress for a given time. Only the time between Start and Stop counts.</summary>
/// <remarks>
/// A linked source with <see cref="CancellationTokenSource.CancelAfter(TimeSpan)"/> cannot replace it: that accepts no
/// <see cref="TimeProvider"/>, does not distinguish a timeout from the caller's cancellation, and throws a callback's
/// exception on the timer's thread, which ends the process.
/// </remarks>
internal sealed class Watchdog : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _registration;
    private readonly ITimer _timer;
    private readonly TimeSpan _limit;
    private readonly TimeSpan _bodyLimit;
    private volatile bool _fired;

    public Watchdog(TimeProvider clock, TimeSpan limit, CancellationToken cancellationToken, TimeSpan? bodyLimit = null)
    {
        _limit = limit;
        _bodyLimit = bodyLimit ?? limit;
        _timer = clock.CreateTimer(static state => ((Watchdog)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _registration = cancellationToken.UnsafeRegister(static state => ((Watchdog)state!).Cancel(), this);
    }

    /// <summary>Cancelled on timeout, and when the caller cancels.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>True after a timeout; false after a cancellation by the caller.</summary>
    public bool Fired => _fired;

    /// <summary>The longest time without progress.</summary>
    public TimeSpan Limit => IsInBody ? _bodyLimit : _limit;

    /// <summary>True while the limit for sending a body applies.</summary>
    public bool IsInBody { get; private set; }

    /// <summary>Starts, or restarts, the time.</summary>
    public void Start()
    {
        // The failure names the wait that timed out.
        if (_fired)
            return;
        IsInBody = false;
        _timer.Change(_limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Starts, or restarts, the time in which the other side must accept the next bytes of a body.</summary>
    public void StartBody()
    {
        IsInBody = true;
        _timer.Change(_bodyLimit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Stops the time, because the operation is not waiting for the other side.</summary>
    public void Stop() => _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _timer.Dispose();
        _registration.Dispose();
        _source.Dispose();
    }

    private void Fire()
    {
        _fired = true;
        Cancel();
    }

    private void Cancel()
    {
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The operation ended at the same moment.
        }
        catch (AggregateException)
        {
            // A cancellation callback threw. On the timer's thread its exception would end the process.
        }
    }
}
