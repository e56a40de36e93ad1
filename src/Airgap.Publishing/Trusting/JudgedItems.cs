using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Trusting;

/// <summary>
/// Tells the images of a plan that have to be signed from what is attached to them. Nothing is excused by what it says of itself: the root,
/// a bundle, what a lock pins and what has a name of its own is judged, and so is whatever is attached to nothing that is judged.
/// </summary>
internal static class JudgedItems
{
    /// <summary>The items to judge, in the plan's order; none only of a plan without items.</summary>
    public static ImmutableArray<PlannedItem> Of(TransferPlan plan)
    {
        HashSet<Digest> wanted = [
            .. plan.Bundles.SelectMany(bundle => bundle.Lock.Images).Concat(plan.ImagesLock?.Images ?? [])
            .Select(image => image.Image.Digest).OfType<Digest>()];
        if (plan.Root is { } root)
            wanted.Add(root.Digest);
        ILookup<bool, PlannedItem> mayBeAttached = plan.Items.ToLookup(item =>
            AttachedItems.SubjectOf(item) is not null && (item.Tag is null || CosignTags.IsOne(item.Tag)) && !item.IsBundle
                && !wanted.Contains(item.Digest));
        HashSet<PlannedItem> attached = AttachedItems.To(mayBeAttached[false], mayBeAttached[true]);
        return [.. plan.Items.Where(item => !attached.Contains(item))];
    }
}
