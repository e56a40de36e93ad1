namespace Airgap.Publishing.Metering;

/// <summary>
/// Estimates the time left: the remaining bytes at the rate of the last half minute, and for the small blobs that this rate does not
/// cover the time that the recent ones took, which is mostly the time of requests. Thread-safe.
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
    private readonly Queue<(long Time, long Bytes, int Small)> _samples = new();
    private double? _smallSeconds;
    private int _small;

    /// <summary>Starts again, when the first bytes move: what came before was requests that do not come again.</summary>
    public void Start()
    {
        lock (_lock)
        {
            _samples.Clear();
            _small = 0;
            _smallSeconds = null;
            _samples.Enqueue((clock.GetTimestamp(), 0, 0));
        }
    }

    /// <summary>Notes a finished small blob.</summary>
    /// <param name="took">The time of its transfer.</param>
    public void NoteSmall(TimeSpan took)
    {
        lock (_lock)
        {
            _small++;
            _smallSeconds = _smallSeconds is { } mean ? mean + (Weight * (took.TotalSeconds - mean)) : took.TotalSeconds;
        }
    }

    /// <summary>The rate of the last half minute, or since the start if that is less, and the time of the small blobs.</summary>
    /// <param name="bytes">The bytes so far.</param>
    /// <param name="bytesLeft">The bytes that are left.</param>
    /// <param name="smallLeft">The small blobs that are left.</param>
    /// <param name="sideBySide">The number of concurrent transfers.</param>
    /// <returns>Bytes per second, 0 if unknown; and the time of the small blobs that the rate does not cover.</returns>
    public (double Rate, TimeSpan OfSmall) Estimate(long bytes, long bytesLeft, int smallLeft, int sideBySide)
    {
        lock (_lock)
        {
            long now = clock.GetTimestamp();
            while (_samples.Count > 1 && clock.GetElapsedTime(_samples.Peek().Time, now) > s_window)
                _samples.Dequeue();
            if (!_samples.TryPeek(out (long Time, long Bytes, int Small) first))
                return (0, TimeSpan.Zero);
            if (clock.GetElapsedTime(_samples.Last().Time, now) >= s_step)
                _samples.Enqueue((now, bytes, _small));
            double seconds = clock.GetElapsedTime(first.Time, now).TotalSeconds;
            long moved = Math.Max(0, bytes - first.Bytes);
            // Where small blobs moved among the others, the rate includes their time.
            double covered = moved == 0 ? 0 : (_small - first.Small) * (double)bytesLeft / moved;
            double ofSmall = Math.Max(0, smallLeft - covered) * (_smallSeconds ?? 0) / Math.Max(1, sideBySide);
            return (seconds > ShortestSeconds ? moved / seconds : 0, TimeSpan.FromSeconds(ofSmall));
        }
    }
}
