using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Describing;

/// <summary>The companions of a bundle's images in a registry: signatures and the locations image.</summary>
internal sealed class RegistryExtras(SourceReader reader, ITransferObserver observer, DescribeOptions options)
{
    /// <summary>The bundle's locations image.</summary>
    public Task<ImageDescription?> OfBundleAsync(BundleNode bundle, CancellationToken cancellationToken) =>
        FindAsync(bundle.Source.Repository, LocationsImage.Tag(bundle.Source.Digest!.Value), DescribedKind.Internal, cancellationToken);

    /// <summary>The cosign signature of an image or bundle.</summary>
    public Task<ImageDescription?> OfImageAsync(ImageReference image, CancellationToken cancellationToken) => options.CosignArtifacts
        ? FindAsync(image.Repository, CosignTags.Signature(image.Digest!.Value), DescribedKind.Signature, cancellationToken)
        : Task.FromResult<ImageDescription?>(null);

    private async Task<ImageDescription?> FindAsync(
        RepositoryName repository, string tag, DescribedKind kind, CancellationToken cancellationToken)
    {
        if (!ImageReference.IsTag(tag))
            return null;
        try
        {
            Manifest? manifest = await reader.FindManifestAsync(repository, tag, cancellationToken);
            return manifest is null ? null
                : AttachedArtifacts.Describe(ImageReference.ByDigest(repository, manifest.Digest), manifest, tag, kind, options);
        }
        catch (AirgapException e) when (SourceReader.IsAbsence(e))
        {
            observer.Detail($"{repository}:{tag} is left out: {e.Message}");
            return null;
        }
    }
}
