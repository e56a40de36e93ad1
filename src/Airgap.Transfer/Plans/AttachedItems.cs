using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Transfer.Plans;

/// <summary>Separates the images of a plan from their attached artifacts.</summary>
internal static class AttachedItems
{
    /// <summary>The items that are neither a cosign artifact nor a referrer of another item.</summary>
    public static ImmutableArray<PlannedItem> Without(IReadOnlyCollection<PlannedItem> items)
    {
        HashSet<Digest> all = [.. items.SelectMany(item => item.Content.SelfAndDescendants()).Select(node => node.Manifest.Digest)];
        return [.. items.Where(item =>
            !CosignTags.IsOne(item.Tag) && !(item.Content.Manifest.Subject is { } subject && all.Contains(subject.Digest)))];
    }

    /// <summary>The manifest that an item is attached to, by cosign's tag or by its subject; null for none.</summary>
    public static Digest? SubjectOf(PlannedItem item) => CosignTags.SubjectOf(item.Tag) ?? item.Content.Manifest.Subject?.Digest;

    /// <summary>The artifacts attached to images, and to these artifacts.</summary>
    /// <param name="images">The images.</param>
    /// <param name="candidates">The possible artifacts, without the images.</param>
    public static HashSet<PlannedItem> To(IEnumerable<PlannedItem> images, IEnumerable<PlannedItem> candidates)
    {
        ILookup<Digest?, PlannedItem> bySubject = candidates.ToLookup(SubjectOf);
        HashSet<PlannedItem> attached = new(ReferenceEqualityComparer.Instance);
        HashSet<Digest> seen = [];
        Queue<PlannedItem> next = new(images);
        while (next.TryDequeue(out PlannedItem? item))
        {
            foreach (Digest digest in item.Content.SelfAndDescendants().Select(node => node.Manifest.Digest).Where(seen.Add))
            {
                foreach (PlannedItem each in bySubject[digest].Where(attached.Add))
                    next.Enqueue(each);
            }
        }

        return attached;
    }
}
