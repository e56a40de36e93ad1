using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Publishing;
using Airgap.Publishing.Metering;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pushing;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>Writes events to the build log, with one line of progress every half minute, also while nothing moves.</summary>
internal sealed class BuildObserver : IPushObserver, IRegistriesObserver, IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);

    // Each relocation has a line of its own when its half minute is over.
    private static readonly TimeSpan s_check = TimeSpan.FromSeconds(5);

    private readonly BuildLog _log;
    private readonly TimeProvider _clock;
    private readonly string _indent;
    private readonly ProgressMeter _meter;
    private readonly ConcurrentBag<BuildObserver> _parts = [];
    private readonly ITimer? _timer;

    private TransferPhase? _phase;
    private long _lastLine;

    /// <summary>Begins to observe.</summary>
    /// <param name="log">Receives the lines.</param>
    /// <param name="clock">The time.</param>
    public BuildObserver(BuildLog log, TimeProvider clock)
        : this(log, clock, null) =>
        _timer = clock.CreateTimer(static state => ((BuildObserver)state!).Tick(), this, s_check, s_check);

    // With several concurrent relocations, each line names its relocation.
    private BuildObserver(BuildLog log, TimeProvider clock, string? registry)
    {
        _log = log;
        _clock = clock;
        _indent = registry is null ? "  " : $"  {registry}: ";
        _meter = new ProgressMeter(clock);
        _lastLine = clock.GetTimestamp();
    }

    /// <inheritdoc/>
    public void PhaseStarted(TransferPhase phase, TransferPlan? plan)
    {
        _phase = phase;
        Interlocked.Exchange(ref _lastLine, _clock.GetTimestamp());
        if (phase != TransferPhase.Transferring || plan is null)
            return;
        _meter.Start(plan);
        _log.Message(MessageImportance.High,
            $"{_indent}{plan.Source}: {Count(plan.Items.Length, "image")}, {Count(plan.Blobs.Length, "blob")}, " +
            $"{ByteSize.Format(plan.TotalBytes)}");
    }

    /// <inheritdoc/>
    public ITransferObserver For(string registry)
    {
        BuildObserver part = new(_log, _clock, registry);
        _parts.Add(part);
        return part;
    }

    /// <summary>Ends the lines about a run in which nothing moves.</summary>
    public void Dispose() => _timer?.Dispose();

    /// <inheritdoc/>
    public void Detail(string message) => _log.Detail(message);

    /// <inheritdoc/>
    public void Notice(string message) => _log.Message(MessageImportance.High, "  " + message);

    /// <inheritdoc/>
    public void Warning(Diagnostic warning) => _log.Warning(warning);

    /// <inheritdoc/>
    public void BlobProgress(Descriptor blob, long bytes)
    {
        _meter.Moved(blob, bytes);
        ReportProgress();
    }

    /// <inheritdoc/>
    public void BlobFinished(Descriptor blob, BlobOutcome outcome)
    {
        _meter.Finished(blob, outcome);
        _log.Message(MessageImportance.Low, $"{_indent}{Word(outcome)} {blob.Digest} ({ByteSize.Format(blob.Size)})");
        ReportProgress();
    }

    /// <inheritdoc/>
    public void ItemFinished(PlannedItem item, BlobOutcome outcome) =>
        _log.Message(MessageImportance.Normal, $"{_indent}{Word(outcome)} {item.Source} ({ByteSize.Format(item.Size)})");

    private void Tick()
    {
        foreach (BuildObserver each in _parts.IsEmpty ? [this] : _parts)
        {
            if (each._phase is not null)
                each.ReportProgress();
        }
    }

    private void ReportProgress()
    {
        long last = Interlocked.Read(ref _lastLine);
        long now = _clock.GetTimestamp();
        // If several threads arrive when a line is due, one of them writes it.
        if (_clock.GetElapsedTime(last, now) >= s_interval && Interlocked.CompareExchange(ref _lastLine, now, last) == last)
            _log.Message(MessageImportance.High, _indent + Line());
    }

    // Before the plan is known there is no total to compare the bytes with.
    private string Line() => _phase switch
    {
        TransferPhase.Planning => "still planning",
        TransferPhase.Completing => "still completing",
        _ => _meter.HasTotals ? _meter.Line() : ByteSize.Format(_meter.Sent),
    };

    private static string Word(BlobOutcome outcome) => outcome.ToString().ToLowerInvariant();

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
