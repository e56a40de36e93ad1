using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Trusting;

/// <summary>
/// Separates the images of a plan that must be signed from artifacts attached to them. An item's own claims exempt it
/// from nothing: the root, bundles, images that a lock pins and items with their own name are verified, and so is every
/// item that is not attached to a verified one.
/// </summary>
internal static class ItemsToVerify
{
    /// <summary>The items to verify, in the plan's order; empty only for a plan without items.</summary>
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
