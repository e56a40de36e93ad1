using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>Determines which bundles of a plan arrived with everything they pin, including nested bundles.</summary>
internal sealed class CompleteBundles(TransferPlan plan, ImageFailures failures)
{
    private readonly HashSet<Digest> _planned = [.. plan.Items.Select(item => item.Digest)];
    private readonly Dictionary<Digest, PlannedBundle> _bundles = plan.Bundles.ToDictionary(bundle => bundle.Digest);
    private readonly Dictionary<Digest, bool> _known = [];

    /// <summary>True if the bundle or image, and everything that it pins, is there.</summary>
    public bool Contains(Digest digest)
    {
        // This ends, because nothing can pin the digest of something that pins it.
        if (!_known.TryGetValue(digest, out bool isWhole))
        {
            isWhole = _planned.Contains(digest) && !failures.Contains(digest)
                && (!_bundles.TryGetValue(digest, out PlannedBundle? bundle)
                    || bundle.Lock.Images.All(image => Contains(image.Image.Digest!.Value)));
            _known.Add(digest, isWhole);
        }

        return isWhole;
    }
}
