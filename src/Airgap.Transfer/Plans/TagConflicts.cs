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
        foreach (IGrouping<string, PlannedItem> same in plan.Items.Where(item => item.Tag is not null && !CosignTags.IsOne(item.Tag))
            .GroupBy(item => item.Tag!, StringComparer.Ordinal))
        {
            PlannedItem[] items = [.. same.DistinctBy(item => item.Digest)];
            if (items.Length < 2)
                continue;
            throw new AirgapException(
                ErrorCode.LayoutTagConflict,
                $"'{plan.Source}' contains {items.Length} images with the tag '{same.Key}', {items[0].Source} and {items[1].Source}, and " +
                $"{destination} can have only one of them.",
                "Map each to its own repository, write each to its own layout, or give them different tags.")
            { Reference = items[0].Source.ToString(), Digest = items[0].Digest.ToString() };
        }
    }
}
