using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Describing;

/// <summary>Determines the kind of a reference, without reading the images that a bundle pins.</summary>
/// <param name="registry">The registries, with their credentials.</param>
internal sealed class ReferenceInspector(IRegistry registry)
{
    /// <summary>Reads the manifest, an image's config and, of a bundle, the layer.</summary>
    /// <exception cref="AirgapException">1xxx: the registry; <see cref="ErrorCode.InvalidBundle"/>: it declares itself
    /// as a bundle, but is none.</exception>
    public async Task<InspectedReference> InspectAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        using SourceReader reader = new(registry, concurrency: 1, isSource: static _ => true);
        Manifest manifest = await reader.GetManifestAsync(reference, cancellationToken);
        ImageReference pinned = reference.WithDigest(manifest.Digest);
        if (manifest.IsIndex)
            return new InspectedReference(pinned, InspectedKind.Index, HasPackages: false, PinnedImages: 0);
        StoredBytes? config = await new ManifestTree(reader, new PlanOptions()).ReadConfigAsync(
            reference.Repository, manifest, cancellationToken);
        if (config is null || !BundleLabel.IsPresent(config.Bytes.Span))
            return new InspectedReference(pinned, InspectedKind.Image, HasPackages: false, PinnedImages: 0);
        BundleContent content = await reader.ReadBlobAsync(
            reference.Repository,
            BundleContent.LayerOf(manifest, pinned),
            (stream, token) => BundleContent.ReadAsync(stream, pinned, withPackages: true, token),
            cancellationToken);
        return new InspectedReference(pinned, InspectedKind.Bundle, content.HasPackages, content.Lock.Images.Length);
    }
}

/// <summary>The kind and facts of a reference.</summary>
/// <param name="Reference">The reference by digest.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="HasPackages">True for a bundle with a <c>packages/</c> folder, from which a PackageRepository can be made.</param>
/// <param name="PinnedImages">The number of images that a bundle's lock pins; 0 for anything else.</param>
internal sealed record InspectedReference(ImageReference Reference, InspectedKind Kind, bool HasPackages, int PinnedImages);

/// <summary>The kinds of things that a reference may name.</summary>
internal enum InspectedKind
{
    /// <summary>An imgpkg bundle.</summary>
    Bundle,

    /// <summary>An image that is not a bundle, or another artifact with a single manifest.</summary>
    Image,

    /// <summary>An image index or manifest list.</summary>
    Index,
}
