using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>Names the image of a blob in a failure that names none.</summary>
internal static class BlobFailure
{
    /// <summary>
    /// The failure with the image's reference and the blob's digest; the failure itself where it names one, or is none of ours.
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
