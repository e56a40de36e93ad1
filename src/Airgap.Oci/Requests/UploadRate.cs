namespace Airgap.Oci.Requests;

/// <summary>
/// The rate at which a registry accepts one upload, as measured in this run: including the time until the response, and with other uploads
/// in progress. Recent requests have more weight, and longer ones more than shorter ones.
/// </summary>
/// <param name="limit">The bytes per second that this client keeps to; null for no limit.</param>
internal sealed class UploadRate(long? limit)
{
    // A shorter body measures the round trip, not the line.
    private const long LeastBytes = 1024 * 1024;

    private readonly Lock _lock = new();
    private double _bytes;
    private double _seconds;

    /// <summary>The highest rate that can be expected, in bytes per second; null if unknown.</summary>
    public double? BytesPerSecond
    {
        get
        {
            lock (_lock)
                return _bytes == 0 ? limit : Math.Min(_bytes / _seconds, limit ?? double.MaxValue);
        }
    }

    /// <summary>True if a request has measured it.</summary>
    public bool IsMeasured
    {
        get
        {
            lock (_lock)
                return _bytes > 0;
        }
    }

    /// <summary>Records a body that was accepted, or the part of one that was sent before the connection broke.</summary>
    /// <param name="bytes">Its length.</param>
    /// <param name="took">The time from its first byte until the response or the break.</param>
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
