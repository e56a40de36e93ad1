using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Planning.Deltas;

/// <summary>
/// Makes the plan of a delta from that of a full archive. Manifests, configs and the layers of bundles are always
/// included: they are small, and describe the delta's content.
/// </summary>
internal static class DeltaPlan
{
    /// <summary>The layers of a plan that may be left out, each with an image that has it.</summary>
    public static IReadOnlyDictionary<Digest, RequiredLayer> Candidates(TransferPlan plan)
    {
        HashSet<Digest> carried = [
            .. plan.Items.SelectMany(
                item => item.Content.SelfAndDescendants().Select(node => node.Manifest.Config?.Digest).OfType<Digest>())];
        carried.UnionWith(plan.Items.Where(IsBundle).SelectMany(item => item.Content.Manifest.Layers).Select(layer => layer.Digest));
        Dictionary<Digest, RequiredLayer> candidates = [];
        foreach (PlannedItem item in plan.Items)
        {
            foreach (PlannedManifest node in item.Content.SelfAndDescendants())
            {
                foreach (Descriptor blob in node.Blobs.Where(blob => !carried.Contains(blob.Digest)))
                    candidates.TryAdd(blob.Digest,
                        new RequiredLayer(blob.Digest, blob.Size,
                            ImageReference.ByDigest(item.Source.Repository, node.Manifest.Digest), 0));
            }
        }

        return candidates;
    }

    /// <summary>The plan without the layers of the bases.</summary>
    /// <param name="plan">The plan of a full archive.</param>
    /// <param name="held">The layers of the bases.</param>
    /// <param name="candidates">The layers that may be left out.</param>
    public static TransferPlan LeaveOut(TransferPlan plan, BaseLayers held, IReadOnlyDictionary<Digest, RequiredLayer> candidates)
    {
        RequiredLayer[] left = [.. candidates.Values.Where(layer => held.Contains(layer.Digest))];
        return Without(plan, left.Select(layer => layer.Digest).ToHashSet()) with { Delta = held.NotesOf(left) };
    }

    /// <summary>The plan without some of its blobs.</summary>
    public static TransferPlan Without(TransferPlan plan, IReadOnlySet<Digest> left)
    {
        Dictionary<PlannedManifest, PlannedManifest> known = new(ReferenceEqualityComparer.Instance);
        ImmutableArray<PlannedItem> items = [.. plan.Items.Select(item => item with { Content = Of(item.Content) })];
        return plan with
        {
            Items = items,
            Root = plan.Root is null ? null : items[plan.Items.IndexOf(plan.Root)],
            Blobs = [.. plan.Blobs.Where(blob => !left.Contains(blob.Descriptor.Digest))],
        };

        PlannedManifest Of(PlannedManifest node)
        {
            if (!known.TryGetValue(node, out PlannedManifest? made))
            {
                made = node with
                {
                    Blobs = [.. node.Blobs.Where(blob => !left.Contains(blob.Digest))],
                    Children = [.. node.Children.Select(Of)]
                };
                known.Add(node, made);
            }

            return made;
        }
    }

    // A bundle that is copied as an image is still a bundle for readers of the archive.
    private static bool IsBundle(PlannedItem item) =>
        item.IsBundle || (!item.Content.Manifest.IsIndex && item.Content.StoredConfig is { } config
            && BundleLabel.IsPresent(config.Bytes.Span));
}
