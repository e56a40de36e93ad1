using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>
/// Joins partial indexes of several items: a destination has one copy of an index, with all of its images that any item needs.
/// </summary>
internal static class JoinedIndexes
{
    /// <summary>The items; an index of several items has the parts of all of them.</summary>
    /// <param name="items">The required items.</param>
    /// <param name="all">These and further items, which include the partial indexes.</param>
    public static IEnumerable<PlannedItem> In(IReadOnlyCollection<PlannedItem> items, IEnumerable<PlannedItem> all)
    {
        PlannedManifest[] nodes = [.. all.SelectMany(item => item.Content.SelfAndDescendants()).Where(node => node.Manifest.IsIndex)];
        HashSet<Digest> partial = [.. nodes.Where(node => node.LeftOut.Any()).Select(node => node.Manifest.Digest)];
        if (partial.Count == 0)
            return items;
        Dictionary<(Digest Index, Digest Child), PlannedManifest> parts = [];
        foreach (PlannedManifest node in nodes.Where(node => partial.Contains(node.Manifest.Digest)))
        {
            foreach (PlannedManifest child in node.Children)
                parts.TryAdd((node.Manifest.Digest, child.Manifest.Digest), child);
        }

        return items.Select(item => item.Content.Manifest.IsIndex ? item with { Content = Joined(item.Content) } : item);

        PlannedManifest Joined(PlannedManifest node) => !node.Manifest.IsIndex ? node : node with
        {
            Children = partial.Contains(node.Manifest.Digest)
                ? [.. node.Manifest.Manifests.Select(child => parts.GetValueOrDefault((node.Manifest.Digest, child.Digest)))
                    .OfType<PlannedManifest>().Select(Joined)]
                : [.. node.Children.Select(Joined)],
        };
    }
}
