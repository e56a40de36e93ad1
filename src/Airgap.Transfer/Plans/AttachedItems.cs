using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Transfer.Plans;

/// <summary>Tells the images of a plan from what came along with them.</summary>
internal static class AttachedItems
{
    /// <summary>The items that are neither a cosign artifact nor a referrer of another item.</summary>
    public static ImmutableArray<PlannedItem> Without(IReadOnlyCollection<PlannedItem> items)
    {
        HashSet<Digest> all = [.. items.SelectMany(item => item.Content.SelfAndDescendants()).Select(node => node.Manifest.Digest)];
        return [.. items.Where(item => !CosignTags.IsOne(item.Tag) && !(item.Content.Manifest.Subject is { } subject && all.Contains(subject.Digest)))];
    }
}
