using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Diagnosing;

/// <summary>Objects of a kind, or why they are unknown.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Items">The objects; null if they cannot be read.</param>
/// <param name="Answer">The answer that decides.</param>
/// <param name="Path">What was asked for.</param>
internal sealed record ReadObjects(ResourceKind Kind, JsonElement[]? Items, ClusterResponse Answer, string Path)
{
    /// <summary>The request, and the status of its response.</summary>
    public string Asked => $"GET /{Path}: {Answer.Status}";
}

/// <summary>Lists objects. An account that may not list them may get the one that is examined.</summary>
/// <param name="client">The cluster.</param>
/// <param name="ns">The namespace; null for all.</param>
/// <param name="name">The object that is examined; null for all.</param>
internal sealed class ObjectReads(ClusterClient client, string? ns, string? name)
{
    private readonly Dictionary<ResourceKind, AirgapException> _unknown = [];

    /// <summary>The plural of a kind.</summary>
    public static string Plural(ResourceKind kind) =>
        kind == ResourceKind.PackageRepository ? "PackageRepositories" : $"{kind.Kind}s";

    /// <summary>Reads the objects of a kind.</summary>
    public async Task<ReadObjects> ReadAsync(ResourceKind kind, CancellationToken cancellationToken)
    {
        string path = kind.ListPath(ns);
        ClusterResponse list = await client.GetAsync(path, cancellationToken);
        if (list.IsSuccess)
            return new ReadObjects(kind, [.. list.Object.Items("items")], list, path);
        if (list.Status != 403 || ns is null || name is null || kind == ResourceKind.Package)
            return new ReadObjects(kind, null, list, path);
        ClusterResponse one = await client.GetAsync(kind.PathOf(ns, name), cancellationToken);
        return one.IsSuccess ? new ReadObjects(kind, [one.Object], one, kind.PathOf(ns, name))
            : one is { Status: 404, Body: not null } ? new ReadObjects(kind, [], one, kind.PathOf(ns, name))
            : new ReadObjects(kind, null, list, path);
    }

    /// <summary>The failure of a read, which says which rights suffice.</summary>
    public AirgapException Refusal(ReadObjects read)
    {
        AirgapException refusal = ClusterRefusal.Of(read.Answer, $"{Plural(read.Kind)} of {ns ?? "all namespaces"}", "listed");
        if (refusal.Code == ErrorCode.ClusterForbidden && read.Kind != ResourceKind.Package)
            refusal = new AirgapException(refusal.Code, refusal.Message, (ns, name) switch
            {
                (null, _) => "Name a namespace that the credentials may read (-n NAMESPACE), or request the right to list " +
                    "in all namespaces, or use another context (--context).",
                (_, null) => "Name the object, which needs only the right to get it (doctor -n " +
                    $"{ns} NAME), or request the right to list, or use another context (--context).",
                _ => $"Request the right to get {name}, or to list, or use another context (--context).",
            })
            { StatusCode = refusal.StatusCode };
        if (read.Kind != ResourceKind.Package)
            _unknown[read.Kind] = refusal;
        return refusal;
    }

    /// <summary>The failure if no object has the name that was asked for, and what is unknown about it.</summary>
    public AirgapException NotFound()
    {
        string where = ns ?? "the cluster";
        if (_unknown.Count == 0)
            return new AirgapException(
                ErrorCode.ObjectRefused, $"There is no PackageRepository and no PackageInstall {name} in {where}.",
                "See what there is: kubectl get packagerepositories,packageinstalls -A");
        (ResourceKind kind, AirgapException refusal) = _unknown.First();
        ResourceKind other = kind == ResourceKind.PackageInstall ? ResourceKind.PackageRepository : ResourceKind.PackageInstall;
        string absent = _unknown.Count > 1 ? $"Whether there is a {kind.Kind} or a {other.Kind} {name} in {where} is unknown"
            : $"There is no {other.Kind} {name} in {where}, and whether there is a {kind.Kind} of that name is unknown";
        return new AirgapException(
            refusal.Code, $"{absent}: {string.Join(" ", _unknown.Values.Select(each => each.Message))}", refusal.Advice);
    }
}
