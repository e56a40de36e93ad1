using System.Globalization;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Metering;

/// <summary>Readable names for the blobs of a plan: the image they belong to, and the number of the layer.</summary>
internal static class ProgressNames
{
    /// <summary>A name for each layer and config; a blob shared by several images is named after the first.</summary>
    public static Dictionary<Digest, string> Of(TransferPlan plan)
    {
        Dictionary<Digest, string> names = [];
        foreach (PlannedItem item in plan.Items)
        {
            string image = NameOf(item);
            foreach (PlannedManifest node in item.Content.SelfAndDescendants())
            {
                int count = node.Manifest.Layers.Length;
                for (int i = 0; i < count; i++)
                    names.TryAdd(node.Manifest.Layers[i].Digest,
                        count == 1 ? image : string.Create(CultureInfo.InvariantCulture, $"{image} layer {i + 1}/{count}"));
                if (node.Manifest.Config is { } config)
                    names.TryAdd(config.Digest, $"{image} config");
            }
        }

        return names;
    }

    // The origin recorded by the bundle, since all images of a relocated bundle have the same repository.
    private static string NameOf(PlannedItem item) =>
        ImageReference.TryParse(item.OriginalReference, out ImageReference? original, out _)
            ? original.Repository.Path : item.Source.Repository.Path;
}
