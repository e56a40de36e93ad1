using Airgap.Cluster.Applying;
using Airgap.Cluster.Objects;

namespace Airgap.Cluster.Pruning;

/// <summary>An inventory and the objects of an apply.</summary>
/// <param name="Made">The entries of objects that are applied, and that this apply or an earlier one created.</param>
/// <param name="Gone">The entries of objects that are not applied any more, in the order of their removal.</param>
internal sealed record InventoryChange(IReadOnlyList<InventoryEntry> Made, IReadOnlyList<InventoryEntry> Gone)
{
    /// <summary>Compares them.</summary>
    public static InventoryChange Of(Inventory inventory, IReadOnlyList<AppliedObject> applied)
    {
        HashSet<(string, string, string?, string)> now = [.. applied.Select(KeyOf)];
        // An object that this run did not see, because it was left as it is or was refused, stays recorded.
        HashSet<(string, string, string?, string)> unseen = [.. applied.Where(each => each.After is null).Select(KeyOf)];
        return new InventoryChange(
            [.. applied.Where(each => IsMade(inventory, each)).Select(InventoryEntry.Of).OfType<InventoryEntry>(),
                .. inventory.Entries.Where(entry => unseen.Contains(entry.Key))],
            [.. inventory.Entries.Where(entry => !now.Contains(entry.Key)).OrderByDescending(entry => ResourceKind.Rank(entry.Kind))]);
    }

    // An earlier apply may have created an object without recording it. So an object counts as made if an apply set all that it holds.
    private static bool IsMade(Inventory inventory, AppliedObject applied) => applied.Outcome == ApplyOutcome.Created
        || (applied.After is { } after
            && (inventory.Entries.Any(entry => entry.Uid == after.Text("metadata", "uid"))
                || (FieldManagers.Others(after, Applier.FieldManager) is [] && !FieldManagers.IsOnlyMetadata(after))));

    private static (string, string, string?, string) KeyOf(AppliedObject applied) =>
        new InventoryEntry(applied.ApiVersion, applied.Kind, applied.Namespace, applied.Name, "").Key;
}
