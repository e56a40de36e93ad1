using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>Images that arrive without their non-distributable layers: a registry may refuse them.</summary>
internal static class LeftOutLayers
{
    /// <summary>The failure to report instead of a registry's refusal; null if the image arrives with all its layers.</summary>
    public static AirgapException? Refusal(PlannedManifest image, AirgapException e) =>
        e.Code == ErrorCode.BlobUnknown && image.Manifest.Layers.Any(layer => MediaTypes.IsNonDistributable(layer.MediaType)
            && !image.Blobs.Any(blob => blob.Digest == layer.Digest))
        ? new AirgapException(
            e.Code,
            e.Message,
            $"The registry requires the layers that were left out: request {AdviceTerms.NonDistributable}, if their licence allows it.",
            e)
        {
            Reference = e.Reference,
            Digest = e.Digest,
            StatusCode = e.StatusCode,
        }
        : null;
}
