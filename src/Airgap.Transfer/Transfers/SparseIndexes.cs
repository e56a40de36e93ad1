using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>Indexes of a plan that list images which are not relocated: a registry may refuse them.</summary>
internal static class SparseIndexes
{
    /// <summary>
    /// The index with the fewest bytes to send, so that a registry that refuses such indexes does so early; null for none.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="isThere">True for a manifest that the destination has.</param>
    public static PlannedManifest? Smallest(TransferPlan plan, Func<PlannedManifest, bool> isThere) =>
        plan.Items.SelectMany(item => item.Content.SelfAndDescendants()).Where(node => node.LeftOut.Any() && !isThere(node))
            .MinBy(node => (node.SelfAndDescendants().SelectMany(below => below.Blobs).Sum(blob => blob.Size), node.Manifest.Digest));

    /// <summary>The failure to report instead of a registry's refusal; null if the refusal may have another reason.</summary>
    public static AirgapException? Refusal(PlannedManifest index, RepositoryName repository, AirgapException e) =>
        e.Code is ErrorCode.BlobUnknown or ErrorCode.ManifestUnknown or ErrorCode.RegistryRefused
            && index.LeftOut.Count() is > 0 and var left
        ? new AirgapException(
            ErrorCode.SparseIndexRefused,
            $"The registry {repository.Registry} does not take the index {ImageReference.ByDigest(repository, index.Manifest.Digest)}, " +
            $"of which {left} of {index.Manifest.Manifests.Length} images stay behind: {e.Message.TrimEnd('.')}.",
            $"To list only relocated images in indexes, {AdviceTerms.RewrittenPlatforms}.",
            e)
        {
            Reference = e.Reference,
            Digest = index.Manifest.Digest.ToString(),
            StatusCode = e.StatusCode,
        }
        : null;
}
