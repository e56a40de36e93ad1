using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives.Receipts;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning.Deltas;

/// <summary>
/// Determines the content of a short receipt: everything that its roots name, read from their origin. The receipt's
/// hash verifies the result.
/// </summary>
internal sealed class ReceiptClosure(IRegistry registry, PlanOptions options, ITransferObserver observer)
{
    /// <summary>Reads the digests.</summary>
    /// <param name="path">The receipt.</param>
    /// <param name="place">One of its places.</param>
    /// <param name="delta">The plan that builds on it, whose content is not read again.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidReceipt"/>: they differ, or a root cannot be
    /// read.</exception>
    public async Task<IReadOnlyCollection<Digest>> FindAsync(
        string path, ReceiptRepository place, TransferPlan delta, CancellationToken cancellationToken)
    {
        HashSet<Digest> digests = [];
        using RegistryPlanner planner =
            new(registry, options with { Bases = [], Destination = null, EmbedConfigs = false, KeepGoing = false, Pin = null }, observer);
        planner.LearnFrom(delta);
        foreach (ImageReference root in place.Roots)
        {
            try
            {
                TransferPlan plan = await planner.PlanAnyAsync(new RelocationSource.Image(root), root, cancellationToken);
                digests.UnionWith(plan.Items.SelectMany(item => item.Content.SelfAndDescendants()).Select(node => node.Manifest.Digest));
                digests.UnionWith(plan.Blobs.Select(blob => blob.Descriptor.Digest));
            }
            catch (AirgapException e) when (e.Code != ErrorCode.Canceled)
            {
                throw Unknown(path, $"its root {root} cannot be read: {e.Message.TrimEnd('.')}", e);
            }
        }

        return digests.Count == place.Count && ReceiptRepository.HashOf(digests) == place.Hash
            ? digests
            : throw Unknown(path, $"its roots have {digests.Count} digests here, which differ from its {place.Count}", null);
    }

    private static AirgapException Unknown(string path, string why, AirgapException? cause) => new(
        ErrorCode.InvalidReceipt,
        $"The content of the short receipt '{path}' is unknown: {why}.",
        "Use the long form of the receipt, which lists its digests, or copy with the options of the import: signatures, " +
        "artifacts, non-distributable layers.",
        cause)
    { Location = new SourceLocation(path) };
}
