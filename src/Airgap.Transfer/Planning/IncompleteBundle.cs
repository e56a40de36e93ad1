using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Planning;

/// <summary>
/// A bundle in a layout without the images it pins, as left by tools that copy images and do not know bundles.
/// </summary>
internal static class IncompleteBundle
{
    /// <summary>Warns that it is relocated as a plain image.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="missing">Names the image that the layout lacks.</param>
    /// <param name="path">The layout.</param>
    public static Diagnostic Warning(ImageReference bundle, AirgapException missing, string path) => new(
        ErrorCode.LayoutBundleAlone,
        $"{bundle} is a bundle, but '{path}' does not contain {missing.Reference}, which it pins: it is relocated as a plain image.",
        "Write the layout again with the bundle's images: tools that copy single images do not copy them.")
    {
        Reference = bundle.ToString(),
        Digest = missing.Digest,
        Location = new SourceLocation(path),
    };
}
