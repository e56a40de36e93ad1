using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Publishing;
using Airgap.Publishing.Metering;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pushing;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>Writes events to the build log, with at most one line of progress every half minute.</summary>
internal sealed class BuildObserver(BuildLog log, TimeProvider clock, string? registry = null) : IPushObserver, IRegistriesObserver
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);

    // With several concurrent relocations, each line names its relocation.
    private readonly string _indent = registry is null ? "  " : $"  {registry}: ";

    private readonly ProgressMeter _meter = new(clock);

    private long _lastLine = clock.GetTimestamp();

    /// <inheritdoc/>
    public void PhaseStarted(TransferPhase phase, TransferPlan? plan)
    {
        if (phase != TransferPhase.Transferring || plan is null)
            return;
        _meter.Start(plan);
        Interlocked.Exchange(ref _lastLine, clock.GetTimestamp());
        log.Message(MessageImportance.High,
            $"{_indent}{plan.Source}: {Count(plan.Items.Length, "image")}, {Count(plan.Blobs.Length, "blob")}, " +
            $"{ByteSize.Format(plan.TotalBytes)}");
    }

    /// <inheritdoc/>
    public ITransferObserver For(string registry) => new BuildObserver(log, clock, registry);

    /// <inheritdoc/>
    public void Detail(string message) => log.Detail(message);

    /// <inheritdoc/>
    public void Notice(string message) => log.Message(MessageImportance.High, "  " + message);

    /// <inheritdoc/>
    public void Warning(Diagnostic warning) => log.Warning(warning);

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
        log.Message(MessageImportance.Low, $"{_indent}{Word(outcome)} {blob.Digest} ({ByteSize.Format(blob.Size)})");
        ReportProgress();
    }

    /// <inheritdoc/>
    public void ItemFinished(PlannedItem item, BlobOutcome outcome) =>
        log.Message(MessageImportance.Normal, $"{_indent}{Word(outcome)} {item.Source} ({ByteSize.Format(item.Size)})");

    private void ReportProgress()
    {
        long last = Interlocked.Read(ref _lastLine);
        long now = clock.GetTimestamp();
        // If several threads arrive when a line is due, one of them writes it.
        if (clock.GetElapsedTime(last, now) >= s_interval && Interlocked.CompareExchange(ref _lastLine, now, last) == last)
        {
            // Before the plan is known there is no total to compare the bytes with.
            log.Message(MessageImportance.High, $"{_indent}{(_meter.HasTotals ? _meter.Line() : ByteSize.Format(_meter.Sent))}");
        }
    }

    private static string Word(BlobOutcome outcome) => outcome.ToString().ToLowerInvariant();

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
