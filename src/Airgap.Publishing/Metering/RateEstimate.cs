namespace Airgap.Publishing.Metering;

/// <summary>
/// Estimates the time left: the remaining bytes at the rate of the last half minute, and for each remaining small blob the time that the
/// recent ones took, which is mostly the time of requests. Thread-safe.
/// </summary>
/// <param name="clock">The clock.</param>
internal sealed class RateEstimate(TimeProvider clock)
{
    /// <summary>Blobs up to this length, in bytes, count as small.</summary>
    public const long SmallBlob = 256 * 1024;

    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(1);

    // A rate over a shorter time is not reliable.
    private const double ShortestSeconds = 0.5;

    /// <summary>The weight of the latest small blob in the mean of all.</summary>
    private const double Weight = 0.1;

    private readonly Lock _lock = new();
    private readonly Queue<(long Time, long Bytes)> _samples = new();
    private double? _smallSeconds;

    /// <summary>Starts again.</summary>
    public void Start()
    {
        lock (_lock)
        {
            _samples.Clear();
            _samples.Enqueue((clock.GetTimestamp(), 0));
            _smallSeconds = null;
        }
    }

    /// <summary>The rate of the last half minute, or since the start if that is less.</summary>
    /// <param name="bytes">The bytes so far.</param>
    /// <returns>Bytes per second; 0 if unknown.</returns>
    public double Rate(long bytes)
    {
        lock (_lock)
        {
            long now = clock.GetTimestamp();
            while (_samples.Count > 1 && clock.GetElapsedTime(_samples.Peek().Time, now) > s_window)
                _samples.Dequeue();
            if (!_samples.TryPeek(out (long Time, long Bytes) first))
                return 0;
            if (clock.GetElapsedTime(_samples.Last().Time, now) >= s_step)
                _samples.Enqueue((now, bytes));
            double seconds = clock.GetElapsedTime(first.Time, now).TotalSeconds;
            return seconds > ShortestSeconds ? Math.Max(0, bytes - first.Bytes) / seconds : 0;
        }
    }

    /// <summary>Notes a finished small blob.</summary>
    /// <param name="took">The time of its transfer.</param>
    public void NoteSmall(TimeSpan took)
    {
        lock (_lock)
            _smallSeconds = _smallSeconds is { } mean ? mean + (Weight * (took.TotalSeconds - mean)) : took.TotalSeconds;
    }

    /// <summary>The estimated time of the remaining small blobs.</summary>
    /// <param name="left">Their number.</param>
    /// <param name="sideBySide">The number of concurrent transfers.</param>
    public TimeSpan OfSmall(int left, int sideBySide)
    {
        lock (_lock)
            return TimeSpan.FromSeconds(left * (_smallSeconds ?? 0) / Math.Max(1, sideBySide));
    }
}
