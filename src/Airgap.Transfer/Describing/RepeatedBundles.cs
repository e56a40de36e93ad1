using Airgap.Oci.Naming;

namespace Airgap.Transfer.Describing;

/// <summary>
/// imgpkg describes a bundle's content at every place where it is pinned. If the bundles of many levels each pin
/// several bundles of the next, this grows exponentially; then each bundle is described once, and later places refer to
/// it.
/// </summary>
internal static class RepeatedBundles
{
    /// <summary>The number of bundles and images that are always described, however often one of them is repeated.</summary>
    public const int MostParts = 10_000;

    /// <summary>Beyond <see cref="MostParts"/>: how many times the number of distinct ones may be described.</summary>
    private const int MostTimes = 4;

    /// <summary>Returns a description as imgpkg's or, if that is too large, with each bundle described once.</summary>
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
