using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>Adds the image of a blob to a failure that names none.</summary>
internal static class BlobFailure
{
    /// <summary>
    /// The failure with the image's reference and the blob's digest; the failure itself if it names one, or is not one
    /// of ours.
    /// </summary>
    public static Exception Named(Exception failure, PlannedBlob blob, TransferPlan plan)
    {
        if (failure is not AirgapException { Reference: null } known)
            return failure;
        PlannedItem? owner = plan.Items.FirstOrDefault(
            item => item.Content.SelfAndDescendants().Any(node => node.Blobs.Any(b => b.Digest == blob.Descriptor.Digest)));
        return new AirgapException(known.Code, known.Message, known.Advice, known)
        {
            Reference = owner?.Source.ToString(),
            Digest = known.Digest ?? blob.Descriptor.Digest.ToString(),
            Location = known.Location,
            StatusCode = known.StatusCode,
        };
    }
}
