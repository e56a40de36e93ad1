using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>Forwards one item's events, and adds the item's location to its warnings.</summary>
internal sealed class ItemObserver(ITransferObserver? inner, PublishWarnings warnings, SourceLocation? location) : ITransferObserver
{
    /// <inheritdoc/>
    public void PhaseStarted(TransferPhase phase, TransferPlan? plan) => inner?.PhaseStarted(phase, plan);

    /// <inheritdoc/>
    public void Detail(string message) => inner?.Detail(message);

    /// <inheritdoc/>
    public void Notice(string message) => inner?.Notice(message);

    /// <inheritdoc/>
    public void Warning(Diagnostic warning) => warnings.Add(warning, location);

    /// <inheritdoc/>
    public void BlobStarted(Descriptor blob) => inner?.BlobStarted(blob);

    /// <inheritdoc/>
    public void BlobProgress(Descriptor blob, long bytes) => inner?.BlobProgress(blob, bytes);

    /// <inheritdoc/>
    public void BlobFinished(Descriptor blob, BlobOutcome outcome) => inner?.BlobFinished(blob, outcome);

    /// <inheritdoc/>
    public void ItemFinished(PlannedItem item, BlobOutcome outcome) => inner?.ItemFinished(item, outcome);
}
