using Airgap.Cluster.Applying;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Cluster.Pruning;

/// <summary>
/// The objects that applies under one name created, recorded in a ConfigMap of the cluster. The user chooses the name: a folder's path
/// differs between machines, and the objects of two projects must stay apart.
/// </summary>
internal sealed class Inventory
{
    private const string Prefix = "airgap-inventory-";
    private const string Key = "objects";
    private const string ManagedBy = "app.kubernetes.io/managed-by";
    private static readonly ResourceKind s_kind = ResourceKind.Known("v1", "ConfigMap")!;

    private readonly ClusterClient _client;
    private readonly string _path;
    private string? _version;

    private Inventory(ClusterClient client, string ns, string name) =>
        (_client, Namespace, Name, _path) = (client, ns, name, s_kind.PathOf(ns, name));

    /// <summary>The ConfigMap's namespace.</summary>
    public string Namespace { get; }

    /// <summary>The ConfigMap's name.</summary>
    public string Name { get; }

    /// <summary>The recorded objects.</summary>
    public IReadOnlyList<InventoryEntry> Entries { get; private set; } = [];

    /// <summary>Reads the inventory of a name; a missing one is empty.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InventoryUnusable"/>, or what the cluster refuses.</exception>
    public static async Task<Inventory> LoadAsync(ClusterClient client, string ns, string name, CancellationToken cancellationToken)
    {
        KubernetesName.RequireLabel(name, "the name of an inventory");
        Inventory inventory = new(client, ns, Prefix + name);
        ClusterResponse response = await client.GetAsync(inventory._path, cancellationToken);
        if (response.Status == 404)
            return inventory;
        if (!response.IsSuccess)
            throw ClusterRefusal.Of(response, $"ConfigMap {ns}/{inventory.Name}", "read");
        if (response.Object.Text("metadata", "labels", ManagedBy) != Applier.FieldManager)
            throw inventory.Unusable($"it has no label {ManagedBy}={Applier.FieldManager}, so it belongs to something else");
        string[] lines = (response.Object.Text("data", Key) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        InventoryEntry?[] entries = [.. lines.Select(InventoryEntry.Parse)];
        int broken = Array.IndexOf(entries, null);
        if (broken >= 0)
            throw inventory.Unusable($"line {broken + 1} of {Key} does not say apiVersion, kind, namespace, name and uid");
        inventory.Entries = [.. entries.OfType<InventoryEntry>()];
        inventory._version = response.Object.Text("metadata", "resourceVersion");
        return inventory;
    }

    /// <summary>Records other entries, unless they are the same.</summary>
    /// <returns>The outcome for the ConfigMap; null if there was nothing to write.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.FieldConflict"/>: another apply has changed it meanwhile. What the cluster
    /// refuses.</exception>
    public async Task<AppliedObject?> SaveAsync(IEnumerable<InventoryEntry> entries, CancellationToken cancellationToken)
    {
        InventoryEntry[] sorted = [.. entries.OrderBy(entry => entry.ToString(), StringComparer.Ordinal)];
        if (_version is null ? sorted.Length == 0 : sorted.SequenceEqual(Entries))
            return null;
        ClusterResponse response = await SendAsync(Document(sorted), cancellationToken);
        if (response.Status == 409)
            throw new AirgapException(
                ErrorCode.FieldConflict,
                $"ConfigMap {Namespace}/{Name} was not written: another apply with this name wrote it meanwhile.",
                "Run the command again, and let only one apply with a name run at a time.")
            { StatusCode = response.Status };
        if (!response.IsSuccess)
            throw ClusterRefusal.Of(response, $"ConfigMap {Namespace}/{Name}", "written");
        _version = response.Object.Text("metadata", "resourceVersion");
        Entries = sorted;
        return new AppliedObject("ConfigMap", Namespace, Name, response.Status == 201 ? ApplyOutcome.Created : ApplyOutcome.Changed);
    }

    // Of two simultaneous applies, the later one must overwrite nothing. An apply of an object that was missing would, so the object is
    // created; later, the version that was read prevents it. The creation owns its fields by another operation, hence the force.
    private Task<ClusterResponse> SendAsync(byte[] document, CancellationToken cancellationToken)
    {
        string query = $"?fieldManager={Applier.FieldManager}";
        return _version is null
            ? _client.SendAsync(HttpMethod.Post, s_kind.ListPath(Namespace) + query, document, "application/json", cancellationToken)
            : _client.SendAsync(
                HttpMethod.Patch, $"{_path}{query}&force=true", document, "application/apply-patch+yaml", cancellationToken);
    }

    private byte[] Document(InventoryEntry[] entries)
    {
        return JsonBytes.Object(writer =>
        {
            writer.WriteString("apiVersion", s_kind.ApiVersion);
            writer.WriteString("kind", s_kind.Kind);
            writer.WriteStartObject("metadata");
            writer.WriteString("name", Name);
            writer.WriteString("namespace", Namespace);
            if (_version is not null)
                writer.WriteString("resourceVersion", _version);
            writer.WriteStartObject("labels");
            writer.WriteString(ManagedBy, Applier.FieldManager);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteStartObject("data");
            writer.WriteString(Key, string.Concat(entries.Select(entry => $"{entry}\n")));
            writer.WriteEndObject();
        });
    }

    private AirgapException Unusable(string why) => new(
        ErrorCode.InventoryUnusable,
        $"The ConfigMap {Namespace}/{Name} is not an inventory of what was applied: {why}.",
        $"Choose another name for --prune, or see what it is: kubectl -n {Namespace} get configmap {Name} -o yaml");
}
