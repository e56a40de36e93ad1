using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Plans;

/// <summary>A non-distributable layer that is not moved.</summary>
/// <param name="Image">The image it belongs to, by digest, at its source.</param>
/// <param name="Layer">The layer.</param>
internal sealed record SkippedLayer(ImageReference Image, Descriptor Layer)
{
    /// <summary>The non-distributable layers that no image of a plan moves, each once for an image.</summary>
    /// <param name="images">The plan's manifests.</param>
    /// <param name="isMoved">True for a blob that moves: another image may list the same bytes as a usual layer.</param>
    public static ImmutableArray<SkippedLayer> In(IEnumerable<PlannedManifest> images, Func<Digest, bool> isMoved) =>
    [
        .. images.SelectMany(image => image.Manifest.Layers
            .Where(layer => MediaTypes.IsNonDistributable(layer.MediaType) && !isMoved(layer.Digest))
            .Select(layer => new SkippedLayer(ImageReference.ByDigest(image.Origin, image.Manifest.Digest), layer)))
            .DistinctBy(skipped => (skipped.Image, skipped.Layer.Digest)),
    ];

    /// <summary>The warning about layers that a plan does not move; null for none.</summary>
    public static Diagnostic? Tell(ImmutableArray<SkippedLayer> skipped) => skipped.IsEmpty ? null : new Diagnostic(
        ErrorCode.LayersSkipped,
        $"Left out {skipped.Length} non-distributable layer(s): " +
        $"{string.Join(", ", skipped.Select(layer => $"{layer.Layer.Digest} of {layer.Image}"))}.",
        "Request non-distributable layers to copy them, if their licence allows it.");
}
