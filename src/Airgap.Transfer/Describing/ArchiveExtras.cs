using Airgap.Oci.Naming;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Describing;

/// <summary>The companions of a bundle's images in an archive: signatures, if it was written with them.</summary>
internal sealed class ArchiveExtras(TransferPlan plan, DescribeOptions options)
{
    private readonly ILookup<string, PlannedItem> _byTag =
        plan.Items.Where(item => item.Tag is not null).ToLookup(item => item.Tag!, StringComparer.Ordinal);

    /// <summary>Archives hold no locations images.</summary>
    public static Task<ImageDescription?> OfBundleAsync(BundleNode bundle, CancellationToken cancellationToken) =>
        Task.FromResult<ImageDescription?>(null);

    /// <summary>The cosign signature of an image or bundle.</summary>
    public Task<ImageDescription?> OfImageAsync(ImageReference image, CancellationToken cancellationToken)
    {
        string tag = CosignTags.Signature(image.Digest!.Value);
        PlannedItem? signature = options.CosignArtifacts
            ? _byTag[tag].OrderByDescending(item => item.Source.Repository == image.Repository).FirstOrDefault()
            : null;
        return Task.FromResult(signature is null
            ? null
            : AttachedArtifacts.Describe(signature.Source, signature.Content.Manifest, tag, DescribedKind.Signature, options));
    }
}
