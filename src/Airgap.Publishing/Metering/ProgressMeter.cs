using System.Collections.Concurrent;
using System.Globalization;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Metering;

/// <summary>Counts transferred bytes and blobs and computes progress. Thread-safe.</summary>
/// <param name="clock">The clock for measuring rates.</param>
internal sealed class ProgressMeter(TimeProvider clock)
{
    private const long SmallestNamed = 1_000_000;

    private IReadOnlyDictionary<Digest, string> _names = new Dictionary<Digest, string>();
    private readonly ConcurrentDictionary<Digest, long> _reported = [];
    private readonly ConcurrentDictionary<Digest, (Descriptor Blob, long Start)> _underWay = [];
    private readonly List<(string Name, ProgressMeter Meter)> _parts = [];
    private readonly RateEstimate _estimate = new(clock);
    private long _sent;
    private long _done;
    private long _begun;
    private long _skipped;
    private long _mounted;
    private long _present;
    private int _finished;
    private int _smallLeft;
    private int _totalBlobs;
    private long _totalBytes;

    /// <summary>True after a transfer has started.</summary>
    public bool HasTotals => Volatile.Read(ref _totalBlobs) > 0 || Parts().Any(part => part.Meter.HasTotals);

    /// <summary>Bytes transferred; bytes that were sent repeatedly count once.</summary>
    public long Sent => Math.Max(0, Volatile.Read(ref _sent));

    /// <summary>Makes a separate meter for one of several concurrent transfers; this meter shows their sum.</summary>
    /// <param name="name">Its name.</param>
    public ProgressMeter AddPart(string name)
    {
        ProgressMeter part = new(clock);
        lock (_parts)
            _parts.Add((name, part));
        return part;
    }

    /// <summary>Starts measuring a transfer.</summary>
    /// <param name="blobs">The number of blobs.</param>
    /// <param name="bytes">Their total size in bytes.</param>
    /// <param name="names">Names of the blobs. Without a name, a blob is shown by the beginning of its digest.</param>
    /// <param name="small">How many of the blobs have at most <see cref="RateEstimate.SmallBlob"/> bytes.</param>
    public void Start(int blobs, long bytes, IReadOnlyDictionary<Digest, string>? names = null, int small = 0)
    {
        if (names is not null)
            Volatile.Write(ref _names, names);
        _reported.Clear();
        _underWay.Clear();
        _estimate.Start();
        Volatile.Write(ref _smallLeft, small);
        Volatile.Write(ref _sent, 0);
        Volatile.Write(ref _done, 0);
        Volatile.Write(ref _begun, 0);
        Volatile.Write(ref _skipped, 0);
        Volatile.Write(ref _mounted, 0);
        Volatile.Write(ref _present, 0);
        Volatile.Write(ref _finished, 0);
        Volatile.Write(ref _totalBytes, bytes);
        Volatile.Write(ref _totalBlobs, blobs);
    }

    /// <summary>Starts measuring the transfer of a plan.</summary>
    public void Start(TransferPlan plan) => Start(
        plan.Blobs.Length, plan.TotalBytes, ProgressNames.Of(plan),
        plan.Blobs.Count(blob => blob.Descriptor.Size <= RateEstimate.SmallBlob));

    /// <summary>Adds transferred bytes of a blob; negative when they must be transferred again.</summary>
    public void Moved(Descriptor blob, long bytes)
    {
        if (_reported.AddOrUpdate(blob.Digest, bytes, (_, sum) => sum + bytes) == bytes
            && _underWay.TryAdd(blob.Digest, (blob, clock.GetTimestamp()))
            && Interlocked.Add(ref _begun, blob.Size) == blob.Size)
            _estimate.Start();
        Interlocked.Add(ref _sent, bytes);
        Interlocked.Add(ref _done, bytes);
    }

    /// <summary>Counts a blob as present at the destination, copied or not.</summary>
    public void Finished(Descriptor blob, BlobOutcome outcome = BlobOutcome.Copied)
    {
        long rest = blob.Size - _reported.GetValueOrDefault(blob.Digest);
        bool moved = _underWay.TryRemove(blob.Digest, out (Descriptor Blob, long Start) entry);
        if (blob.Size <= RateEstimate.SmallBlob)
        {
            Interlocked.Decrement(ref _smallLeft);
            if (moved)
                _estimate.NoteSmall(clock.GetElapsedTime(entry.Start));
        }

        // Without a byte moved, it was mounted or there.
        if (moved)
            Interlocked.Add(ref _skipped, rest);
        else
            Interlocked.Add(ref outcome == BlobOutcome.Mounted ? ref _mounted : ref _present, blob.Size);
        Interlocked.Add(ref _done, rest);
        Interlocked.Increment(ref _finished);
    }

    /// <summary>The progress of the whole transfer.</summary>
    public Progress Whole()
    {
        if (Parts() is { Length: > 0 } parts)
        {
            Progress[] all = [.. parts.Select(part => part.Meter.Whole())];
            int finished = parts.Sum(part => Volatile.Read(ref part.Meter._finished));
            int blobs = parts.Sum(part => Volatile.Read(ref part.Meter._totalBlobs));
            return Progress.OfAll(Blobs(finished, blobs), all);
        }

        long total = Volatile.Read(ref _totalBytes);
        long left = LeftToSend(total);
        (double rate, TimeSpan ofSmall) = _estimate.Estimate(
            Volatile.Read(ref _sent), left, Math.Max(0, Volatile.Read(ref _smallLeft)), _underWay.Count);
        return new Progress(
            Blobs(Volatile.Read(ref _finished), Volatile.Read(ref _totalBlobs)),
            Math.Clamp(Volatile.Read(ref _done), 0, total), total, rate, ofSmall)
        {
            ToSend = left,
        };
    }

    /// <summary>
    /// The progress of the largest blobs in transfer, the largest first; for concurrent transfers, the progress of each
    /// transfer.
    /// </summary>
    /// <param name="count">The maximum number to return.</param>
    /// <param name="smallest">The smallest blob to show, in bytes: smaller ones finish before they can be read.</param>
    public IReadOnlyList<Progress> Largest(int count, long smallest) => Parts() is { Length: > 0 } parts
        ? [.. parts.Where(part => part.Meter.HasTotals).Take(count).Select(part => (part.Name, Whole: part.Meter.Whole()))
            .Select(part => part.Whole with { Name = $"{part.Name}: {part.Whole.Name}" })]
        :
    [
        .. _underWay.Values
            .Where(entry => entry.Blob.Size >= smallest)
            .OrderByDescending(entry => entry.Blob.Size)
            .ThenBy(entry => entry.Blob.Digest.Hex, StringComparer.Ordinal)
            .Take(count)
            .Select(Of),
    ];

    /// <summary>The blob in transfer with the most time left; null for none.</summary>
    /// <param name="smallest">The smallest blob to name, in bytes.</param>
    public Progress? Slowest(long smallest) => Parts() is { Length: > 0 } parts
        ? parts.Select(part => part.Meter.Slowest(smallest) is { } slowest ? slowest with { Name = $"{part.Name}: {slowest.Name}" } : null)
            .OfType<Progress>().MaxBy(progress => progress.Left ?? TimeSpan.Zero)
        : _underWay.Values.Where(entry => entry.Blob.Size >= smallest).Select(Of).MaxBy(progress => progress.Left ?? TimeSpan.MaxValue);

    /// <summary>The progress in one line, with the slowest blob, for logs.</summary>
    public string Line() =>
        Whole().Text() + (Slowest(SmallestNamed) is { } slowest ? $"; slowest: {slowest.Short()}" : "");

    // Of the blobs that have not begun, as large a part will be mounted as before.
    private long LeftToSend(long total)
    {
        long begun = Volatile.Read(ref _begun);
        long mounted = Volatile.Read(ref _mounted);
        double sent = begun == 0 ? 1 : (double)begun / (begun + mounted);
        long waiting = Math.Max(0, total - begun - mounted - Volatile.Read(ref _present));
        return Math.Max(0, begun - Volatile.Read(ref _sent) - Volatile.Read(ref _skipped)) + (long)(sent * waiting);
    }

    private (string Name, ProgressMeter Meter)[] Parts()
    {
        lock (_parts)
            return [.. _parts];
    }

    private static string Blobs(int finished, int all) =>
        $"{finished.ToString(CultureInfo.InvariantCulture)} of {all.ToString(CultureInfo.InvariantCulture)} blobs";

    private Progress Of((Descriptor Blob, long Start) entry)
    {
        long done = Math.Clamp(_reported.GetValueOrDefault(entry.Blob.Digest), 0, entry.Blob.Size);
        return new Progress(Volatile.Read(ref _names).GetValueOrDefault(entry.Blob.Digest) ?? entry.Blob.Digest.Hex[..12], done,
            entry.Blob.Size, Rate(done, entry.Start));
    }

    // A rate over less than half a second is not reliable.
    private double Rate(long bytes, long start) =>
        clock.GetElapsedTime(start).TotalSeconds is > 0.5 and double seconds ? bytes / seconds : 0;
}
