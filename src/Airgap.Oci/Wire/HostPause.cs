namespace Airgap.Oci.Wire;

/// <summary>
/// A time a host asked to be left alone for (Retry-After with 429 or 503). It is meant for the host, not for the one request that was told: no
/// other is sent to it before.
/// </summary>
internal sealed class HostPause(RegistryOptions options)
{
    private readonly TimeProvider _clock = options.TimeProvider;
    private long _until;
    private int _refusals;

    /// <summary>The host refused a request for its load without saying how long: each time until it serves one the pause grows.</summary>
    public void Begin()
    {
        // Those who were refused together count once.
        if (Interlocked.Read(ref _until) <= _clock.GetUtcNow().UtcTicks)
            Begin(Backoff.Next(options.RetryDelay, Interlocked.Increment(ref _refusals), Backoff.LongestOfLoad));
    }

    /// <summary>The host served a request.</summary>
    public void NoteServed()
    {
        if (Volatile.Read(ref _refusals) != 0)
            Volatile.Write(ref _refusals, 0);
    }

    /// <summary>Begins a pause, or lengthens the one that is on.</summary>
    public void Begin(TimeSpan time)
    {
        long until = _clock.GetUtcNow().Add(time).UtcTicks;
        long before;
        do
        {
            before = Interlocked.Read(ref _until);
        }
        while (until > before && Interlocked.CompareExchange(ref _until, until, before) != before);
    }

    /// <summary>Waits until the pause is over: whole milliseconds, since timers take no parts of one.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (Interlocked.Read(ref _until) is var until && until - _clock.GetUtcNow().UtcTicks is > 0 and var left)
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling((double)left / TimeSpan.TicksPerMillisecond)), _clock, cancellationToken).ConfigureAwait(false);
    }
}
