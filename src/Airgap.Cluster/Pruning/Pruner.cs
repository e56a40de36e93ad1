using Airgap.Cluster.Applying;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Pruning;

/// <summary>
/// Deletes objects that an earlier apply created and that the manifests no longer contain. It deletes an object only if it is still the
/// created one and has no other owner; an object in doubt is kept and reported.
/// </summary>
/// <param name="client">The cluster.</param>
/// <param name="inventory">The objects that earlier applies created.</param>
/// <param name="isDry">True to have the server try it and keep everything.</param>
internal sealed class Pruner(ClusterClient client, Inventory inventory, bool isDry)
{
    // Deleting one of these also deletes what others made in it.
    private static readonly string[] s_whole = ["Namespace", "CustomResourceDefinition"];

    private readonly KindCatalogue _kinds = new(client);

    /// <summary>How deletions are sent and waited for.</summary>
    public Removal Removal { get; init; } = new(client);

    /// <summary>
    /// Refuses manifests that have nothing in common with the inventory: they belong to another project, or the folder
    /// is wrong.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PruneUnsure"/>.</exception>
    public void Check(IEnumerable<ManifestDocument> documents, string ns)
    {
        // The manifest of a cluster-scoped object may name a namespace, which has no effect.
        HashSet<(string, string?, string)> given = [
            .. documents.SelectMany(
                document => new[] { (document.Kind, document.Namespace ?? ns, document.Name), (document.Kind, null, document.Name) })];
        if (inventory.Entries.Count == 0 || inventory.Entries.Any(entry => given.Contains((entry.Kind, entry.Namespace, entry.Name))))
            return;
        throw new AirgapException(
            ErrorCode.PruneUnsure,
            $"None of the {inventory.Entries.Count} objects that the inventory {inventory.Namespace}/{inventory.Name} names is among the " +
            "manifests: all of them would be removed.",
            "Give the folder that belongs to the inventory, or another name to --prune. To remove all of them, delete the objects " +
            $"yourself: kubectl -n {inventory.Namespace} get configmap {inventory.Name} -o yaml lists them.");
    }

    /// <summary>Deletes objects that are no longer in the manifests, and records the others.</summary>
    /// <param name="applied">What was applied now, with nothing refused.</param>
    /// <param name="onDone">Called for each object as soon as it is done, including the inventory.</param>
    /// <param name="cancellationToken">Stops before the next.</param>
    public async Task RunAsync(IReadOnlyList<AppliedObject> applied, Action<AppliedObject> onDone, CancellationToken cancellationToken)
    {
        InventoryEntry[] made = [.. applied.Where(IsMade).Select(InventoryEntry.Of).OfType<InventoryEntry>()];
        HashSet<(string, string, string?, string)> now =
            [.. applied.Select(each => new InventoryEntry(each.ApiVersion, each.Kind, each.Namespace, each.Name, "").Key)];
        InventoryEntry[] gone = [
            .. inventory.Entries.Where(entry => !now.Contains(entry.Key)).OrderByDescending(entry => ResourceKind.Rank(entry.Kind))];
        // Recorded before anything is removed, so that the next run knows what an interruption left.
        if (!isDry && await inventory.SaveAsync(made.Concat(gone), cancellationToken) is { } recorded)
            onDone(recorded);
        List<InventoryEntry> kept = [];
        InventoryEntry? held = null;
        List<InventoryEntry> going = [];
        foreach (InventoryEntry entry in gone)
        {
            // The deletion of a PackageInstall needs its service account and its values.
            if (entry.Kind != ResourceKind.PackageInstall.Kind && held is null && going.Count > 0)
            {
                held = await FirstThatStaysAsync(going, cancellationToken);
                going.Clear();
            }

            (AppliedObject done, bool stays) = held is null
                ? await RemoveAsync(entry, cancellationToken)
                : (Kept(entry, $"{held.Kind} {held.FullName} still exists, and its deletion may need this object"), true);
            onDone(done);
            if (stays)
                kept.Add(entry);
            else if (!isDry && done.Outcome == ApplyOutcome.Removed && entry.Kind == ResourceKind.PackageInstall.Kind)
                going.Add(entry);
        }

        if (!isDry)
            await inventory.SaveAsync(made.Concat(kept), cancellationToken);
    }

    // An object that existed before was not created by an apply, no matter who owns its fields.
    private bool IsMade(AppliedObject applied) => applied.Outcome == ApplyOutcome.Created
        || (applied.After is { } after
            && (FieldManagers.Others(after, Applier.FieldManager) is []
                || inventory.Entries.Any(entry => entry.Uid == after.Text("metadata", "uid"))));

    private async Task<InventoryEntry?> FirstThatStaysAsync(List<InventoryEntry> going, CancellationToken cancellationToken)
    {
        foreach (InventoryEntry entry in going)
        {
            if (!await Removal.WaitAsync(ResourceKind.PackageInstall.PathOf(entry.Namespace, entry.Name), entry.Uid, cancellationToken))
                return entry;
        }

        return null;
    }

    private async Task<(AppliedObject Done, bool Stays)> RemoveAsync(InventoryEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            if (s_whole.Contains(entry.Kind))
                return (Kept(entry, "its deletion would also delete what others have in it"), false);
            string path = (await _kinds.FindAsync(entry.ApiVersion, entry.Kind, cancellationToken)).PathOf(entry.Namespace, entry.Name);
            ClusterResponse live = await client.GetAsync(path, cancellationToken);
            if (live.Status == 404 || (live.IsSuccess && live.Object.Text("metadata", "deletionTimestamp") is not null
                && live.Object.Text("metadata", "uid") == entry.Uid))
                return (Of(entry, ApplyOutcome.Removed), false);
            if (!live.IsSuccess)
                return (Kept(entry, ClusterRefusal.Of(live, $"{entry.Kind} {entry.FullName}", "read").Message.TrimEnd('.')), true);
            if (live.Object.Text("metadata", "uid") != entry.Uid)
                return (Kept(entry, "it is a new object of the same name"), false);
            if (FieldManagers.OthersOfOurs(live.Object, Applier.FieldManager) is not [] and var others)
                return (Kept(entry, others is null ? "the cluster does not report the other owners of its fields"
                    : $"{string.Join(", ", others)} owns fields of it, too"), true);
            ClusterResponse response = await Removal.DeleteAsync(path, entry.Uid, isDry, cancellationToken);
            if (response.IsSuccess || response.Status == 404)
                return (Of(entry, ApplyOutcome.Removed), false);
            return (Of(entry, ApplyOutcome.Failed) with
            {
                Failure =
                ClusterRefusal.Of(response, $"{entry.Kind} {entry.FullName}", "removed").ToDiagnostic()
            }, true);
        }
        catch (AirgapException failure) when (failure.Code is not (ErrorCode.ClusterUnreachable or ErrorCode.ClusterConfig))
        {
            return (Of(entry, ApplyOutcome.Failed) with { Failure = failure.ToDiagnostic() }, true);
        }
    }

    private static AppliedObject Of(InventoryEntry entry, ApplyOutcome outcome) => new(entry.Kind, entry.Namespace, entry.Name, outcome)
    {
        ApiVersion = entry.ApiVersion
    };

    private static AppliedObject Kept(InventoryEntry entry, string why) => Of(entry, ApplyOutcome.Kept) with
    {
        Warnings =
        [
            new Diagnostic(
                ErrorCode.NotPruned,
                $"{entry.Kind} {entry.FullName} is no longer in the manifests, but was not removed: {why}.",
                "If it is no longer needed: kubectl " +
                $"{(entry.Namespace is null ? "" : $"-n {entry.Namespace} ")}delete {entry.Kind.ToLowerInvariant()} {entry.Name}"),
        ],
    };
}
