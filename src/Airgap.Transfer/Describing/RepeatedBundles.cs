using Airgap.Oci.Naming;

namespace Airgap.Transfer.Describing;

/// <summary>
/// imgpkg tells what a bundle holds wherever it is pinned. Where bundles over many levels each pin several bundles of the next, that doubles with each
/// level; then each bundle is told once, and later places say that it was.
/// </summary>
internal static class RepeatedBundles
{
    /// <summary>Bundles and images that are told in any case, however often one of them is repeated.</summary>
    public const int MostParts = 10_000;

    /// <summary>Beyond <see cref="MostParts"/>: how many times as many as there are different ones may be told.</summary>
    private const int MostTimes = 4;

    /// <summary>Gives a description as imgpkg would tell it or, where that is too much, with each bundle told once.</summary>
    public static BundleDescription Limit(BundleDescription root)
    {
        Dictionary<ImageReference, long> counts = [];
        long different = 0;
        long told = Count(root);
        return told <= Math.Max(MostParts, MostTimes * different) ? root : Once(root, []);

        long Count(BundleDescription bundle)
        {
            if (counts.TryGetValue(bundle.Image, out long known))
                return known;
            long count = 1 + bundle.Images.Length;
            different += count;
            foreach (BundleDescription nested in bundle.Bundles)
                count = Math.Min(count + Count(nested), int.MaxValue);
            counts.Add(bundle.Image, count);
            return count;
        }
    }

    private static BundleDescription Once(BundleDescription bundle, HashSet<ImageReference> told) => told.Add(bundle.Image)
        ? bundle with { Bundles = [.. bundle.Bundles.Select(nested => Once(nested, told))] }
        : bundle with { Bundles = [], Images = [], Layers = [], IsRepeated = true };
}
