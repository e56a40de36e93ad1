using Airgap.Oci;

namespace Airgap.Transfer.Keeping;

/// <summary>
/// The order of removals: a manifest before its references, so that visible content is always complete, and no registry
/// has to refuse a part of an index; manifests with users' tags first; and the same order in every run.
/// </summary>
internal static class RemovalOrder
{
    /// <summary>Orders manifests.</summary>
    /// <param name="nodes">The manifests to remove.</param>
    /// <param name="isTagged">True for one with a user's tag.</param>
    public static IReadOnlyList<Digest> Of(IReadOnlyDictionary<Digest, ContentNode> nodes, Func<Digest, bool> isTagged)
    {
        Dictionary<Digest, int> above = nodes.Keys.ToDictionary(digest => digest, _ => 0);
        foreach ((Digest digest, ContentNode node) in nodes)
        {
            foreach (Digest target in Below(digest, node))
                above[target]++;
        }

        PriorityQueue<Digest, (bool, Digest)> free = new();
        foreach ((Digest digest, int count) in above)
        {
            if (count == 0)
                free.Enqueue(digest, (!isTagged(digest), digest));
        }

        List<Digest> order = [];
        while (free.TryDequeue(out Digest next, out _))
        {
            order.Add(next);
            foreach (Digest target in Below(next, nodes[next]))
            {
                if (--above[target] == 0)
                    free.Enqueue(target, (!isTagged(target), target));
            }
        }

        // References by tag can form a cycle, which has no order.
        order.AddRange(above.Where(pair => pair.Value > 0).Select(pair => pair.Key).Order());
        return order;

        IEnumerable<Digest> Below(Digest digest, ContentNode node) =>
            node.Links.Where(link => link.Kind != LinkKind.Subject && link.Target != digest).Select(link => link.Target).Distinct()
                .Where(nodes.ContainsKey);
    }
}
