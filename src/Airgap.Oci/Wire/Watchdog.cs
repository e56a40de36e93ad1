namespace Airgap.Oci.Wire;

/// <summary>Cancels an operation that makes no progress for a given time. Only the time between Start and Stop counts.</summary>
/// <remarks>
/// A linked source with <see cref="CancellationTokenSource.CancelAfter(TimeSpan)"/> cannot take its place: it takes no <see cref="TimeProvider"/>, does not
/// tell a timeout from the caller's cancellation, and throws what a cancelled operation's callback throws on the timer's thread, which ends the process.
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

    /// <summary>Cancelled when the time is up, and when the caller cancels.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>True when the time was up: a timeout, not a cancellation.</summary>
    public bool Fired => _fired;

    /// <summary>The time without progress that is allowed.</summary>
    public TimeSpan Limit => IsInBody ? _bodyLimit : _limit;

    /// <summary>True when the time that counts is that of a body on its way out.</summary>
    public bool IsInBody { get; private set; }

    /// <summary>Starts the time, or starts it over.</summary>
    public void Start()
    {
        // What was waited for when the time was up is what is told.
        if (_fired)
            return;
        IsInBody = false;
        _timer.Change(_limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Starts the time that the other side has to take the next bytes of a body, or starts it over.</summary>
    public void StartBody()
    {
        IsInBody = true;
        _timer.Change(_bodyLimit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Stops the time, because the other side is not the one being waited for.</summary>
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
            // The operation ended as the time was up.
        }
        catch (AggregateException)
        {
            // All that was to be ended was told so; what one of them made of it would end the process here, on the timer's thread.
        }
    }
}
