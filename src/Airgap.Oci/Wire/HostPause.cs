namespace Airgap.Oci.Wire;

/// <summary>
/// The pause that a host requested (Retry-After with 429 or 503). It applies to the host, not only to the refused
/// request: no other request is sent to it before the pause ends.
/// </summary>
/// <param name="options">The clock and the first pause.</param>
/// <param name="host">The host's name.</param>
internal sealed class HostPause(RegistryOptions options, string host)
{
    private readonly TimeProvider _clock = options.TimeProvider;
    private long _until;
    private int _refusals;

    /// <summary>
    /// The host is overloaded and gave no time: the pause grows with each refusal until the host serves a request.
    /// </summary>
    public void Begin()
    {
        // Requests refused at the same time count once.
        if (Interlocked.Read(ref _until) <= _clock.GetUtcNow().UtcTicks)
            Begin(Backoff.Next(options.RetryDelay, Interlocked.Increment(ref _refusals), Backoff.LongestOfLoad));
    }

    /// <summary>The host served a request.</summary>
    public void NoteServed()
    {
        if (Volatile.Read(ref _refusals) != 0)
            Volatile.Write(ref _refusals, 0);
    }

    /// <summary>Begins a pause, or extends the current one.</summary>
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

    /// <summary>Waits until the pause is over, in whole milliseconds, the resolution of timers.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken) =>
        Interlocked.Read(ref _until) > _clock.GetUtcNow().UtcTicks ? WaitUntilOverAsync(cancellationToken) : ValueTask.CompletedTask;

    private async ValueTask WaitUntilOverAsync(CancellationToken cancellationToken)
    {
        using RegistryTelemetry.Wait measured = RegistryTelemetry.BeginWait("pause", host);
        while (Interlocked.Read(ref _until) is var until && until - _clock.GetUtcNow().UtcTicks is > 0 and var left)
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling((double)left / TimeSpan.TicksPerMillisecond)),
                _clock, cancellationToken);
    }
}
