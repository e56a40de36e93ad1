namespace Airgap.Oci.Requests;

/// <summary>
/// How fast a registry takes one upload, as the requests of this run show: with the time until the answer, and beside the other uploads.
/// Later requests count for more, and a longer one more than a shorter one.
/// </summary>
/// <param name="limit">The bytes per second that this client keeps to; null for no limit.</param>
internal sealed class UploadRate(long? limit)
{
    // A shorter body shows round trips, not the line.
    private const long LeastBytes = 1024 * 1024;

    private readonly Lock _lock = new();
    private double _bytes;
    private double _seconds;

    /// <summary>The most bytes per second that can be expected; null where nothing is known.</summary>
    public double? BytesPerSecond
    {
        get
        {
            lock (_lock)
                return _bytes == 0 ? limit : Math.Min(_bytes / _seconds, limit ?? double.MaxValue);
        }
    }

    /// <summary>True when a request has shown it.</summary>
    public bool IsMeasured
    {
        get
        {
            lock (_lock)
                return _bytes > 0;
        }
    }

    /// <summary>Records a body that was taken, or the part of one after which the connection broke.</summary>
    /// <param name="bytes">Its length.</param>
    /// <param name="took">From its first byte until the answer, or until the break.</param>
    public void Note(long bytes, TimeSpan took)
    {
        if (bytes < LeastBytes)
            return;
        lock (_lock)
        {
            _bytes = (_bytes / 2) + bytes;
            _seconds = (_seconds / 2) + Math.Max(took.TotalSeconds, 0.001);
        }
    }
}
