namespace Airgap.Transfer.Describing;

/// <summary>imgpkg lists each digest of a bundle once, under the last of its recorded names.</summary>
internal static class Distinct
{
    public static IEnumerable<BundleDescription> ByDigest(IEnumerable<BundleDescription> bundles) =>
        bundles.GroupBy(bundle => bundle.Digest).Select(group => group.MaxBy(bundle => bundle.Origin.ToString(), StringComparer.Ordinal)!);

    public static IEnumerable<ImageDescription> ByDigest(IEnumerable<ImageDescription> images) =>
        images.GroupBy(image => image.Image.Digest).Select(group => group.MaxBy(image => image.Origin.ToString(), StringComparer.Ordinal)!);
}
