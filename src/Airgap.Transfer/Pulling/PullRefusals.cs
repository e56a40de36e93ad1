using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Pulling;

/// <summary>The refusals of a pull, with imgpkg's messages.</summary>
internal static class PullRefusals
{
    public static AirgapException NotABundle(ImageReference reference) => new(
        ErrorCode.NotABundle,
        $"Expected bundle image but found plain image (hint: Did you use -i instead of -b?): {reference}.",
        "Pull it as an image, or name a bundle that 'push -b' made.")
    { Reference = reference.ToString() };

    public static AirgapException UnexpectedBundle(ImageReference reference) => new(
        ErrorCode.UnexpectedBundle,
        $"Expected bundle flag when pulling a bundle (hint: Use -b instead of -i for bundles): {reference}.",
        $"Pull it as a bundle, or {AdviceTerms.NoBundleCheck}.")
    { Reference = reference.ToString() };

    public static AirgapException Index(ImageReference reference) => new(
        ErrorCode.InvalidArgument,
        $"Unable to pull non-images, such as image indexes. (hint: provide a specific digest to the image instead): {reference}.",
        "Name one of its images by REPOSITORY@sha256:DIGEST; a description of it shows the digests.")
    { Reference = reference.ToString() };
}
