namespace Airgap.Oci.Wire;

/// <summary>
/// The least time between requests of one kind to one host: none until it refuses, then such that they come a fifth slower than it took
/// them before, and a little faster with each that it serves. Not thread-safe.
/// </summary>
internal sealed class RequestPace(TimeProvider clock)
{
    // Of fewer, or in less time, a rate says nothing.
    private const int LeastServed = 8;
    private const double LeastSeconds = 0.1;

    private const double Slower = 0.8;
    private const double Faster = 0.998;

    // So short a time between two is none, and one is never longer.
    private const double NoInterval = 0.001;
    private const double LongestInterval = 1;

    // After so long without a request, what was before says nothing.
    private const double Idle = 5;

    private readonly long _start = clock.GetTimestamp();
    private double _since;
    private double _interval;
    private double _next;
    private double _last;
    private int _served;

    /// <summary>Takes the next time; how long it is until then.</summary>
    public TimeSpan Take()
    {
        if (_interval < NoInterval)
            return TimeSpan.Zero;
        double now = Now();
        double at = Math.Max(now, _next);
        _next = at + _interval;
        return TimeSpan.FromSeconds(at - now);
    }

    /// <summary>A request was served.</summary>
    public void NoteServed()
    {
        double now = Now();
        if (now - _last > Idle)
            (_served, _since) = (0, now);
        _last = now;
        _served++;
        _interval *= Faster;
    }

    /// <summary>The host refused: what it served until now is what it takes.</summary>
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
