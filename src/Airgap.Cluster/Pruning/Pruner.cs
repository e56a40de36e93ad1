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

    // The inventory was read.
    private readonly Patience _patience = new() { HasAnswered = true };

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

    /// <summary>Records what was applied, and deletes nothing: what fails afterwards leaves it for a later run to remove.</summary>
    /// <param name="applied">What was applied now; some may have been refused.</param>
    /// <param name="onDone">Called for the inventory, if it changes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task RecordAsync(IReadOnlyList<AppliedObject> applied, Action<AppliedObject> onDone, CancellationToken cancellationToken) =>
        RecordAsync(InventoryChange.Of(inventory, applied), onDone, cancellationToken);

    private async Task RecordAsync(InventoryChange change, Action<AppliedObject> onDone, CancellationToken cancellationToken)
    {
        if (!isDry && await inventory.SaveAsync(change.Made.Concat(change.Gone), cancellationToken) is { } recorded)
            onDone(recorded);
    }

    /// <summary>Deletes objects that are no longer in the manifests, and records the others.</summary>
    /// <param name="applied">What was applied now, with nothing refused.</param>
    /// <param name="onDone">Called for each object as soon as it is done, including the inventory.</param>
    /// <param name="cancellationToken">Stops before the next.</param>
    public async Task RunAsync(IReadOnlyList<AppliedObject> applied, Action<AppliedObject> onDone, CancellationToken cancellationToken)
    {
        // Recorded before anything is removed, so that the next run knows what an interruption left.
        InventoryChange change = InventoryChange.Of(inventory, applied);
        await RecordAsync(change, onDone, cancellationToken);
        (IReadOnlyList<InventoryEntry> made, IReadOnlyList<InventoryEntry> gone) = change;
        List<InventoryEntry> kept = [];
        InventoryEntry? held = null;
        List<(InventoryEntry Entry, string Path)> going = [];
        foreach (InventoryEntry entry in gone)
        {
            // The deletion of a PackageInstall needs its service account and its values.
            if (!IsInstall(entry) && held is null && going.Exists(each => IsInstall(each.Entry)))
                held = await SettleAsync(going, kept, onDone, cancellationToken);
            (AppliedObject done, bool stays, string? path) = held is null
                ? await RemoveAsync(entry, cancellationToken)
                : (Kept(entry, $"{held.Kind} {held.FullName} still exists, and its deletion may need this object"), true, null);
            if (path is not null)
                going.Add((entry, path));
            else
                onDone(done);
            if (stays)
                kept.Add(entry);
        }

        await SettleAsync(going, kept, onDone, cancellationToken);
        if (!isDry)
            await inventory.SaveAsync(made.Concat(kept), cancellationToken);
    }

    private static bool IsInstall(InventoryEntry entry) => entry.Kind == ResourceKind.PackageInstall.Kind;

    // Waits until deleted objects are gone, and returns the first PackageInstall that stays. The next run looks again at what stays.
    private async Task<InventoryEntry?> SettleAsync(
        List<(InventoryEntry Entry, string Path)> going, List<InventoryEntry> kept, Action<AppliedObject> onDone,
        CancellationToken cancellationToken)
    {
        string?[] left = going.Count == 0
            ? [] : await Removal.WaitAsync([.. going.Select(each => (each.Path, each.Entry.Uid))], cancellationToken);
        InventoryEntry? first = null;
        foreach ((string? why, InventoryEntry entry) in left.Zip(going.Select(each => each.Entry)))
        {
            onDone(why is null ? Of(entry, ApplyOutcome.Removed) : Removing(entry, why));
            if (why is null)
                continue;
            kept.Add(entry);
            first ??= IsInstall(entry) ? entry : null;
        }

        going.Clear();
        return first;
    }

    // The path is that of an object whose deletion has begun.
    private async Task<(AppliedObject Done, bool Stays, string? Path)> RemoveAsync(
        InventoryEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            if (s_whole.Contains(entry.Kind))
                return (Kept(entry, "its deletion would also delete what others have in it"), false, null);
            string path = (await _kinds.FindAsync(entry.ApiVersion, entry.Kind, cancellationToken)).PathOf(entry.Namespace, entry.Name);
            ClusterResponse live = await _patience.SendAsync(() => client.GetAsync(path, cancellationToken), cancellationToken);
            if (live.Status == 404)
                return (Of(entry, ApplyOutcome.Removed), false, null);
            if (!live.IsSuccess)
                return (Kept(entry, ClusterRefusal.Of(live, $"{entry.Kind} {entry.FullName}", "read").Message.TrimEnd('.')), true, null);
            if (live.Object.Text("metadata", "uid") != entry.Uid)
                return (Kept(entry, "it is a new object of the same name"), false, null);
            if (IsGoing(live))
                return (Of(entry, ApplyOutcome.Removed), false, isDry ? null : path);
            if (FieldManagers.OthersOfOurs(live.Object, Applier.FieldManager) is not [] and var others)
                return (Kept(entry, others is null ? "the cluster does not report the other owners of its fields"
                    : $"{string.Join(", ", others)} owns fields of it, too"), true, null);
            ClusterResponse response = await _patience.SendAsync(
                () => Removal.DeleteAsync(path, entry.Uid, isDry, cancellationToken), cancellationToken);
            if (response.IsSuccess || response.Status == 404)
            {
                bool isGone = isDry || response.Status == 404
                    || !(IsInstall(entry) || IsGoing(response) || response.Object.Items("metadata", "finalizers").Any());
                return (Of(entry, ApplyOutcome.Removed), false, isGone ? null : path);
            }

            if (isDry && ClusterRefusal.IsNoDryRun(response))
                return (Untried(entry), true, null);
            return (Of(entry, ApplyOutcome.Failed) with
            {
                Failure =
                ClusterRefusal.Of(response, $"{entry.Kind} {entry.FullName}", "removed").ToDiagnostic()
            }, true, null);
        }
        catch (AirgapException failure) when (failure.Code is not (ErrorCode.ClusterUnreachable or ErrorCode.ClusterConfig))
        {
            return (Of(entry, ApplyOutcome.Failed) with { Failure = failure.ToDiagnostic() }, true, null);
        }
    }

    private static bool IsGoing(ClusterResponse response) => response.Object.Text("metadata", "deletionTimestamp") is not null;

    private static AppliedObject Of(InventoryEntry entry, ApplyOutcome outcome) => new(entry.Kind, entry.Namespace, entry.Name, outcome)
    {
        ApiVersion = entry.ApiVersion
    };

    private static AppliedObject Untried(InventoryEntry entry) => Of(entry, ApplyOutcome.NotTried) with
    {
        Warnings = [new Diagnostic(
            ErrorCode.NotExamined,
            $"{entry.Kind} {entry.FullName} is no longer in the manifests. Its removal was not tried: a webhook of the cluster excludes " +
            "dry runs.", "A run without --dry-run removes it, if the webhook permits it.")],
    };

    private static AppliedObject Removing(InventoryEntry entry, string why) => Of(entry, ApplyOutcome.Removing) with
    {
        Warnings =
        [
            new Diagnostic(
                ErrorCode.ObjectDeleting, $"{entry.Kind} {entry.FullName} is no longer in the manifests and was deleted, but {why}.",
                "The next run with this --prune checks it again. See what it waits for: kubectl " +
                $"{(entry.Namespace is null ? "" : $"-n {entry.Namespace} ")}get {entry.Kind.ToLowerInvariant()} {entry.Name} -o yaml"),
        ],
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
