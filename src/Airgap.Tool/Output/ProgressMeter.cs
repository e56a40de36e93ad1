using System.Collections.Concurrent;
using System.Globalization;
using Airgap.Oci.Content;

namespace Airgap.Tool.Output;

/// <summary>Counts what has moved and says so in one line. Safe for several threads.</summary>
/// <param name="clock">The time that rates are measured by.</param>
internal sealed class ProgressMeter(TimeProvider clock)
{
    private readonly ConcurrentDictionary<Digest, long> _reported = [];
    private long _start = clock.GetTimestamp();
    private long _sent;
    private long _done;
    private int _finished;
    private int _totalBlobs;
    private long _totalBytes;

    /// <summary>True once there is something to measure.</summary>
    public bool HasTotals => Volatile.Read(ref _totalBlobs) > 0;

    /// <summary>Begins to measure a transfer.</summary>
    public void Start(int blobs, long bytes)
    {
        _reported.Clear();
        _start = clock.GetTimestamp();
        Volatile.Write(ref _sent, 0);
        Volatile.Write(ref _done, 0);
        Volatile.Write(ref _finished, 0);
        Volatile.Write(ref _totalBytes, bytes);
        Volatile.Write(ref _totalBlobs, blobs);
    }

    /// <summary>Bytes of a blob moved; negative when they are moved again.</summary>
    public void Moved(Digest blob, long bytes)
    {
        _reported.AddOrUpdate(blob, bytes, (_, sum) => sum + bytes);
        Interlocked.Add(ref _sent, bytes);
        Interlocked.Add(ref _done, bytes);
    }

    /// <summary>A blob is where it should be, however it got there.</summary>
    public void Finished(Descriptor blob)
    {
        Interlocked.Add(ref _done, blob.Size - _reported.GetValueOrDefault(blob.Digest));
        Interlocked.Increment(ref _finished);
    }

    /// <summary>Such as <c>3 of 12 blobs, 12.3 MB of 45 MB (27%), 8.1 MB/s, 4 s left</c>.</summary>
    public string Text()
    {
        long total = Volatile.Read(ref _totalBytes);
        long done = Math.Clamp(Volatile.Read(ref _done), 0, total);
        double seconds = clock.GetElapsedTime(_start).TotalSeconds;
        double rate = seconds > 0.5 ? Volatile.Read(ref _sent) / seconds : 0;
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Volatile.Read(ref _finished)} of {Volatile.Read(ref _totalBlobs)} blobs, {ByteSize.Text(done)} of {ByteSize.Text(total)} ({Percent(done, total)}%)");
        return rate < 1 ? text : $"{text}, {ByteSize.Text((long)rate)}/s, {ByteSize.Text(TimeSpan.FromSeconds(Math.Min(1e8, (total - done) / rate)))} left";
    }

    private static int Percent(long done, long total) => total == 0 ? 100 : (int)(done * 100 / total);
}
