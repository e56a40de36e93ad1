using Airgap.Cluster.Applying;
using Airgap.Cluster.Objects;

namespace Airgap.Cluster.Pruning;

/// <summary>An object that an apply made.</summary>
/// <param name="ApiVersion">Group and version by which it was made.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Namespace">Its namespace; null for none.</param>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its UID, which differs from that of a later object of the same name.</param>
internal sealed record InventoryEntry(string ApiVersion, string Kind, string? Namespace, string Name, string Uid)
{
    private const string None = "-";

    /// <summary>A key that is the same in every version of the object's group.</summary>
    public (string Group, string Kind, string? Namespace, string Name) Key =>
        (ResourceKind.GroupOf(ApiVersion), Kind, Namespace, Name);

    /// <summary><c>NAMESPACE/NAME</c>, or the name.</summary>
    public string FullName => Namespace is null ? Name : $"{Namespace}/{Name}";

    /// <summary>The entry of an applied object; null for one that the cluster did not show.</summary>
    public static InventoryEntry? Of(AppliedObject applied) =>
        applied.After?.Text("metadata", "uid") is { } uid
            ? new InventoryEntry(applied.ApiVersion, applied.Kind, applied.Namespace, applied.Name, uid) : null;

    /// <summary>Reads a line; null for one of another form.</summary>
    public static InventoryEntry? Parse(string line) =>
        line.Split(' ') is [{ Length: > 0 } version, { Length: > 0 } kind, { Length: > 0 } ns, { Length: > 0 } name, { Length: > 0 } uid]
            ? new InventoryEntry(version, kind, ns == None ? null : ns, name, uid)
            : null;

    /// <summary>The line.</summary>
    public override string ToString() => $"{ApiVersion} {Kind} {Namespace ?? None} {Name} {Uid}";
}
