using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>
/// Passes on what one of several relocations says, with its registry in front, and its bytes to what counts them for each registry.
/// </summary>
/// <param name="inner">Takes what is said; null for nobody.</param>
/// <param name="registry">Where the relocation goes.</param>
/// <param name="bytes">Counts; null for nobody.</param>
internal sealed class SideObserver(ITransferObserver? inner, string registry, ITransferObserver? bytes) : ITransferObserver
{
    /// <inheritdoc/>
    public void PhaseStarted(TransferPhase phase, TransferPlan? plan) => bytes?.PhaseStarted(phase, plan);

    /// <inheritdoc/>
    public void Detail(string message) => inner?.Detail($"{registry}: {message}");

    /// <inheritdoc/>
    public void Notice(string message) => inner?.Notice($"{registry}: {message}");

    /// <inheritdoc/>
    public void Warning(Diagnostic warning) => inner?.Warning(warning);

    /// <inheritdoc/>
    public void BlobStarted(Descriptor blob) => bytes?.BlobStarted(blob);

    /// <inheritdoc/>
    public void BlobProgress(Descriptor blob, long moved) => bytes?.BlobProgress(blob, moved);

    /// <inheritdoc/>
    public void BlobFinished(Descriptor blob, BlobOutcome outcome) => bytes?.BlobFinished(blob, outcome);

    /// <inheritdoc/>
    public void ItemFinished(PlannedItem item, BlobOutcome outcome) => bytes?.ItemFinished(item, outcome);
}
