using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Applying;

/// <summary>The API paths of kinds. Unknown kinds are looked up in the cluster.</summary>
internal sealed class KindCatalogue(ClusterClient client)
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, ClusterResponse> _groups = new(StringComparer.Ordinal);

    /// <summary>
    /// The kinds that the applied CustomResourceDefinitions define, with their API groups: a cluster serves a kind a moment after it
    /// accepts the definition.
    /// </summary>
    public IReadOnlySet<(string Group, string Kind)> Coming { get; init; } = new HashSet<(string, string)>();

    /// <summary>The longest wait until the cluster serves such a kind.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>True for a kind that an applied CustomResourceDefinition defines.</summary>
    public bool IsComing(string apiVersion, string kind) => Coming.Contains((apiVersion.Split('/')[0], kind));

    /// <summary>The kinds that CustomResourceDefinitions define.</summary>
    public static HashSet<(string Group, string Kind)> MadeBy(IEnumerable<ManifestDocument> documents) =>
        [.. documents.Where(document => document.Kind == "CustomResourceDefinition")
            .Select(document => (document.Object.Text("spec", "group") ?? "", document.Object.Text("spec", "names", "kind") ?? ""))];

    /// <summary>Finds a kind.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.KindNotServed"/>, or what the cluster refuses.</exception>
    public async Task<ResourceKind> FindAsync(string apiVersion, string kind, CancellationToken cancellationToken)
    {
        bool isComing = IsComing(apiVersion, kind);
        if (!isComing && ResourceKind.Known(apiVersion, kind) is { } known)
            return known;
        Polling polling = new(isComing ? Limit : TimeSpan.Zero, s_firstPause, s_longestPause);
        while (true)
        {
            if (!_groups.TryGetValue(apiVersion, out ClusterResponse? group))
                _groups[apiVersion] = group = await client.GetAsync(ResourceKind.GroupPath(apiVersion), cancellationToken);
            if (Find(group, apiVersion, kind) is { } found)
                return found;
            if (await polling.PauseAsync(cancellationToken))
                _groups.Remove(apiVersion);
            else if (group.IsSuccess)
                throw new AirgapException(
                    ErrorCode.KindNotServed, $"The cluster does not serve the kind {kind} of {apiVersion}.",
                    "See apiVersion and kind: kubectl api-resources lists the kinds.");
            else
                throw await OtherVersionsAsync(apiVersion, kind, cancellationToken)
                    ?? ClusterRefusal.Of(group, $"{kind} of {apiVersion}", "found");
        }
    }

    /// <summary>The failure for a group that the cluster serves in other versions; null if it does not serve the group.</summary>
    public async Task<AirgapException?> OtherVersionsAsync(string apiVersion, string kind, CancellationToken cancellationToken)
    {
        string group = apiVersion.Split('/')[0];
        ClusterResponse response = await client.GetAsync(ResourceKind.GroupPath($"{group}/").TrimEnd('/'), cancellationToken);
        string[] served = [.. response.Object.Items("versions").Select(version => version.Text("groupVersion") ?? "")
            .Where(version => version.Length > 0 && version != apiVersion)];
        return !response.IsSuccess || served.Length == 0 ? null : new AirgapException(
            ErrorCode.KindNotServed,
            $"The cluster does not serve the kind {kind} of {apiVersion}; of this group it serves {string.Join(" and ", served)}.",
            $"Write a version that it serves, or install the version of {kind}'s controller that serves this one.");
    }

    private static ResourceKind? Find(ClusterResponse group, string apiVersion, string kind)
    {
        foreach (JsonElement resource in group.Object.Items("resources"))
        {
            if (resource.Text("kind") == kind && resource.Text("name") is { } plural && !plural.Contains('/', StringComparison.Ordinal))
                return new ResourceKind(apiVersion, kind, plural, resource.Flag("namespaced"));
        }

        return null;
    }
}
