using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>
/// Forwards the messages of one of several relocations, prefixed with its registry, and its bytes to the counter of
/// that registry.
/// </summary>
/// <param name="inner">Receives the messages; null for none.</param>
/// <param name="registry">The destination of the relocation.</param>
/// <param name="bytes">Counts the bytes; null for none.</param>
internal sealed class RegistryObserver(ITransferObserver? inner, string registry, ITransferObserver? bytes) : ITransferObserver
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
