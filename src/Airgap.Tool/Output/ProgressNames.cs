using System.Globalization;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Tool.Output;

/// <summary>What a person calls the blobs of a plan: the image they belong to, and which of its layers they are.</summary>
internal static class ProgressNames
{
    /// <summary>A name for each layer and config; a blob of several images has that of the first.</summary>
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

    // Where the bundle recorded it: in a relocated bundle's repository all images have one name.
    private static string NameOf(PlannedItem item) =>
        ImageReference.TryParse(item.OriginalReference, out ImageReference? original, out _)
            ? original.Repository.Path : item.Source.Repository.Path;
}
