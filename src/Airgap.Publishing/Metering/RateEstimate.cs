namespace Airgap.Publishing.Metering;

/// <summary>
/// Estimates the rest of a transfer: the bytes left over the rate of the last half minute, and for each small blob left what the
/// recent ones took, since their time is that of requests. Safe for several threads.
/// </summary>
/// <param name="clock">The clock.</param>
internal sealed class RateEstimate(TimeProvider clock)
{
    /// <summary>Blobs up to this length, in bytes, count as small.</summary>
    public const long SmallBlob = 256 * 1024;

    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(1);

    // Less gives no reliable rate.
    private const double ShortestSeconds = 0.5;

    /// <summary>The weight of the latest small blob in the mean of all.</summary>
    private const double Weight = 0.1;

    private readonly Lock _lock = new();
    private readonly Queue<(long Time, long Bytes)> _samples = new();
    private double? _smallSeconds;

    /// <summary>Begins anew.</summary>
    public void Start()
    {
        lock (_lock)
        {
            _samples.Clear();
            _samples.Enqueue((clock.GetTimestamp(), 0));
            _smallSeconds = null;
        }
    }

    /// <summary>The rate of the last half minute, or since the start.</summary>
    /// <param name="bytes">The bytes so far.</param>
    /// <returns>Bytes per second; 0 when it is not known yet.</returns>
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

    /// <summary>A small blob has arrived.</summary>
    /// <param name="took">Its time.</param>
    public void NoteSmall(TimeSpan took)
    {
        lock (_lock)
            _smallSeconds = _smallSeconds is { } mean ? mean + (Weight * (took.TotalSeconds - mean)) : took.TotalSeconds;
    }

    /// <summary>The time that small blobs need.</summary>
    /// <param name="left">How many are left.</param>
    /// <param name="sideBySide">How many blobs are under way.</param>
    public TimeSpan OfSmall(int left, int sideBySide)
    {
        lock (_lock)
            return TimeSpan.FromSeconds(left * (_smallSeconds ?? 0) / Math.Max(1, sideBySide));
    }
}
