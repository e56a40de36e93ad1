namespace Airgap.Oci.Wire;

/// <summary>
/// The minimum interval between requests of one kind to one host. It is zero until the host refuses a request; then the rate is a fifth
/// below the rate that the host last served, and rises slightly with each request served. Not thread-safe.
/// </summary>
internal sealed class RequestPace(TimeProvider clock)
{
    // Fewer requests, or a shorter time, do not show a rate.
    private const int LeastServed = 8;
    private const double LeastSeconds = 0.1;

    private const double Slower = 0.8;
    private const double Faster = 0.998;

    // The shortest and the longest interval, in seconds; a shorter one counts as none.
    private const double NoInterval = 0.001;
    private const double LongestInterval = 1;

    // After this many seconds without a request, earlier requests do not show the rate.
    private const double Idle = 5;

    private readonly long _start = clock.GetTimestamp();
    private double _since;
    private double _interval;
    private double _next;
    private double _last;
    private int _served;

    /// <summary>Takes the next slot, and returns the time until then.</summary>
    public TimeSpan Take()
    {
        if (_interval < NoInterval)
            return TimeSpan.Zero;
        double now = Now();
        double at = Math.Max(now, _next);
        _next = at + _interval;
        return TimeSpan.FromSeconds(at - now);
    }

    /// <summary>Records that a request was served.</summary>
    public void NoteServed()
    {
        double now = Now();
        if (now - _last > Idle)
            (_served, _since) = (0, now);
        _last = now;
        _served++;
        _interval *= Faster;
    }

    /// <summary>Records a refusal: the rate served so far is the rate that the host supports.</summary>
    public void NoteRefused()
    {
        double now = Now();
        double seconds = now - _since;
        if (_served < LeastServed || seconds < LeastSeconds)
            return;
        _interval = Math.Min(LongestInterval, seconds / _served / Slower);
        (_served, _since) = (0, now);
    }

    private double Now() => clock.GetElapsedTime(_start).TotalSeconds;
}
