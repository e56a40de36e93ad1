namespace Airgap.Oci.Wire;

/// <summary>
/// A time a host asked to be left alone for (Retry-After with 429 or 503). It is meant for the host, not for the one request that was told: no
/// other is sent to it before.
/// </summary>
internal sealed class HostPause(TimeProvider clock)
{
    private long _until;

    /// <summary>Begins a pause, or lengthens the one that is on.</summary>
    public void Begin(TimeSpan time)
    {
        long until = clock.GetUtcNow().Add(time).UtcTicks;
        long before;
        do
        {
            before = Interlocked.Read(ref _until);
        }
        while (until > before && Interlocked.CompareExchange(ref _until, until, before) != before);
    }

    /// <summary>Waits until the pause is over.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (Interlocked.Read(ref _until) is var until && until - clock.GetUtcNow().UtcTicks is > 0 and var left)
            await Task.Delay(TimeSpan.FromTicks(left), clock, cancellationToken).ConfigureAwait(false);
    }
}
