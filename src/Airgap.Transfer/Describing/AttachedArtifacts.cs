using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Describing;

/// <summary>Describes artifacts that no lock records.</summary>
internal static class AttachedArtifacts
{
    public static ImageDescription Describe(
        ImageReference place, Manifest manifest, string tag, DescribedKind kind, DescribeOptions options) => new()
        {
            Kind = kind,
            Image = place,
            Origin = place,
            Annotations = kind == DescribedKind.Signature ? LockedImage.NoAnnotations.Add("tag", tag) : LockedImage.NoAnnotations,
            Layers = options.Layers ? manifest.Layers : [],
        };
}
