using Airgap.Oci;

namespace Airgap.Transfer.Plans;

/// <summary>
/// Two images of a layout may have one tag, as they come from two repositories; in one repository the second would take it from the first.
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
                $"'{plan.Source}' holds {items.Length} images under the tag '{same.Key}', {items[0].Source} and {items[1].Source}, and " +
                $"{destination} can have one of them.",
                "Map each to a repository of its own, write each into a layout of its own, or give them different tags.")
            { Reference = items[0].Source.ToString(), Digest = items[0].Digest.ToString() };
        }
    }
}
