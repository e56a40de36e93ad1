using Airgap.Oci;

namespace Airgap.Transfer.Plans;

/// <summary>
/// Two images of a layout from two repositories may have the same tag; in one repository, the second would take the tag
/// from the first.
/// </summary>
internal static class TagConflicts
{
    /// <exception cref="AirgapException"><see cref="ErrorCode.LayoutTagConflict"/>.</exception>
    public static void Check(TransferPlan plan, RelocationDestination destination)
    {
        if (plan.Source is not RelocationSource.Archive || destination is not RelocationDestination.Repository)
            return;
        foreach ((string tag, PlannedItem[] items) in Find(plan.Items.Where(item => !CosignTags.IsOne(item.Tag ?? "")), item => item.Tag!))
        {
            throw new AirgapException(
                ErrorCode.LayoutTagConflict,
                $"'{plan.Source}' contains {items.Length} images with the tag '{tag}', {items[0].Source} and {items[1].Source}, and " +
                $"{destination} can have only one of them.",
                "Map each to its own repository, write each to its own layout, or give them different tags.")
            { Reference = items[0].Source.ToString(), Digest = items[0].Digest.ToString() };
        }
    }

    /// <summary>The tags that several images with different digests have, with the images of each tag.</summary>
    /// <param name="items">The images; those without a tag do not count.</param>
    /// <param name="name">The tag, alone or with its repository.</param>
    public static IEnumerable<(TName Name, PlannedItem[] Items)> Find<TName>(
        IEnumerable<PlannedItem> items, Func<PlannedItem, TName> name) =>
        items.Where(item => item.Tag is not null)
            .GroupBy(name)
            .Select(same => (same.Key, same.DistinctBy(item => item.Digest).ToArray()))
            .Where(same => same.Item2.Length > 1);
}
