using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Planning;

/// <summary>The failure for a bundle that pins a nonexistent image.</summary>
internal static class MissingImage
{
    /// <summary>Creates the failure.</summary>
    /// <param name="recorded">The image as the bundle pins it.</param>
    /// <param name="bundle">The bundle.</param>
    public static AirgapException Of(ImageReference recorded, ImageReference bundle) => new(
        ErrorCode.ImageNotFound,
        bundle.Repository == recorded.Repository
            ? $"The image {recorded}, which the bundle {bundle} pins, does not exist."
            : $"The image {recorded}, which the bundle {bundle} pins, is neither in the bundle's repository nor at its recorded origin.",
        "Relocate the bundle from a registry with its images, or push the missing image again.")
    { Reference = recorded.ToString(), Digest = recorded.Digest?.ToString() };
}
