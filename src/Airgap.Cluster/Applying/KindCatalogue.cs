using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Applying;

/// <summary>The API paths of kinds. The cluster is asked about unknown kinds.</summary>
internal sealed class KindCatalogue(ClusterClient client)
{
    private readonly Dictionary<string, ClusterAnswer> _groups = new(StringComparer.Ordinal);

    /// <summary>
    /// The kinds that definitions among what is applied make, with their API groups: a cluster serves one a moment after it took the
    /// definition.
    /// </summary>
    public IReadOnlySet<(string Group, string Kind)> Coming { get; init; } = new HashSet<(string, string)>();

    /// <summary>How long such a kind may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The pause between two looks.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>True for a kind that a definition among what is applied makes.</summary>
    public bool IsComing(string apiVersion, string kind) => Coming.Contains((apiVersion.Split('/')[0], kind));

    /// <summary>The kinds that definitions make.</summary>
    public static HashSet<(string Group, string Kind)> MadeBy(IEnumerable<ManifestDocument> documents) =>
        [.. documents.Where(document => document.Kind == "CustomResourceDefinition")
            .Select(document => (document.Object.Text("spec", "group") ?? "", document.Object.Text("spec", "names", "kind") ?? ""))];

    /// <summary>Finds a kind.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.KindNotServed"/>, or what the cluster refuses.</exception>
    public async Task<ResourceKind> FindAsync(string apiVersion, string kind, CancellationToken cancellationToken)
    {
        if (ResourceKind.Known(apiVersion, kind) is { } known)
            return known;
        long started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (!_groups.TryGetValue(apiVersion, out ClusterAnswer? group))
                _groups[apiVersion] = group = await client.GetAsync(ResourceKind.GroupPath(apiVersion), cancellationToken);
            if (Find(group, apiVersion, kind) is { } found)
                return found;
            bool isLate = !IsComing(apiVersion, kind) || TimeProvider.System.GetElapsedTime(started) >= Patience;
            if (isLate && !group.IsSuccess)
                throw ClusterRefusal.Of(group, $"{kind} of {apiVersion}", "found");
            if (isLate)
                break;
            _groups.Remove(apiVersion);
            await Task.Delay(Pause, cancellationToken);
        }

        throw new AirgapException(
            ErrorCode.KindNotServed, $"The cluster does not serve the kind {kind} of {apiVersion}.",
            "See apiVersion and kind: kubectl api-resources lists what there is.");
    }

    private static ResourceKind? Find(ClusterAnswer group, string apiVersion, string kind)
    {
        foreach (JsonElement resource in group.Object.Items("resources"))
        {
            if (resource.Text("kind") == kind && resource.Text("name") is { } plural && !plural.Contains('/', StringComparison.Ordinal))
                return new ResourceKind(apiVersion, kind, plural, resource.Flag("namespaced"));
        }

        return null;
    }
}
