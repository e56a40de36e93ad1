namespace Airgap.Oci.Wire;

/// <summary>
/// Keeps the bodies of one registry, in one direction, within a rate: a token bucket that all its connections share. Each connection pays
/// for a slice and waits until it is due, in the order of arrival, so that connections take turns.
/// </summary>
/// <remarks>
/// Not System.Threading.RateLimiting: that package reads only the machine's clock, so tests could not control it, and its limiter refuses
/// requests for more than a bucketful instead of delaying them.
/// </remarks>
/// <param name="bytesPerSecond">The rate, above 0.</param>
/// <param name="clock">The clock.</param>
/// <param name="host">The registry, with its port, whose waits are counted.</param>
internal sealed class ByteBucket(long bytesPerSecond, TimeProvider clock, string host)
{
    private const int MostBytes = 128 * 1024;

    // Unused rate is saved for this long, so that a late timer costs no throughput.
    private const double Credit = 0.1;

    // Timers are not finer. A shorter wait is added to that of the next slice.
    private const double ShortestWait = 0.002;

    private readonly Lock _lock = new();
    private readonly long _start = clock.GetTimestamp();
    private double _paidUntil;

    /// <summary>The most bytes to pay for at once.</summary>
    public int Slice { get; } = (int)Math.Clamp(bytesPerSecond / 10, 1, MostBytes);

    /// <summary>The part of a buffer that is filled or sent at once.</summary>
    public static int SliceOf(ByteBucket? bucket, int length) => bucket is null ? length : Math.Min(length, bucket.Slice);

    /// <summary>Pays for bytes that are sent next, or were received, and waits until they are due.</summary>
    /// <param name="bytes">The number of bytes; bytes that are sent again are paid for again.</param>
    /// <param name="cancellationToken">Ends the wait at once; the payment stands.</param>
    public ValueTask PayAsync(int bytes, CancellationToken cancellationToken)
    {
        double wait;
        lock (_lock)
        {
            double now = clock.GetElapsedTime(_start).TotalSeconds;
            _paidUntil = Math.Max(_paidUntil, now - Credit) + ((double)bytes / bytesPerSecond);
            wait = _paidUntil - now;
        }

        return wait < ShortestWait ? ValueTask.CompletedTask : new(WaitAsync(wait, cancellationToken));
    }

    private async Task WaitAsync(double seconds, CancellationToken cancellationToken)
    {
        long began = clock.GetTimestamp();
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(seconds * 1000)), clock, cancellationToken);
        }
        finally
        {
            RegistryTelemetry.CountWait("rate", host, clock.GetElapsedTime(began));
        }
    }
}
