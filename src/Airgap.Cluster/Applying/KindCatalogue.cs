using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Applying;

/// <summary>The API paths of kinds. The cluster is asked about unknown kinds.</summary>
internal sealed class KindCatalogue(ClusterClient client)
{
    private readonly Dictionary<string, ClusterAnswer> _groups = new(StringComparer.Ordinal);

    /// <summary>Finds a kind.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.KindNotServed"/>, or what the cluster refuses.</exception>
    public async Task<ResourceKind> FindAsync(string apiVersion, string kind, CancellationToken cancellationToken)
    {
        if (ResourceKind.Known(apiVersion, kind) is { } known)
            return known;
        if (!_groups.TryGetValue(apiVersion, out ClusterAnswer? group))
            _groups[apiVersion] = group = await client.GetAsync(ResourceKind.GroupPath(apiVersion), cancellationToken);
        if (!group.IsSuccess)
            throw ClusterRefusal.Of(group, $"{kind} of {apiVersion}", "found");
        foreach (JsonElement resource in group.Object.Items("resources"))
        {
            if (resource.Text("kind") == kind && resource.Text("name") is { } plural && !plural.Contains('/', StringComparison.Ordinal))
                return new ResourceKind(apiVersion, kind, plural, resource.Flag("namespaced"));
        }

        throw new AirgapException(
            ErrorCode.KindNotServed, $"The cluster does not serve the kind {kind} of {apiVersion}.",
            "See apiVersion and kind: kubectl api-resources lists what there is.");
    }
}
