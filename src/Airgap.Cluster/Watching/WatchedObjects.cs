using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Watching;

/// <summary>The present state of the watched objects, or a refusal.</summary>
/// <param name="Answer">The answer that decides.</param>
/// <param name="Verb">What was tried, for a refusal.</param>
internal sealed record WatchedState(ClusterResponse Answer, string Verb)
{
    /// <summary>The objects.</summary>
    public IEnumerable<JsonElement> Items { get; init; } = [];

    /// <summary>The version from which to watch; empty for the latest.</summary>
    public string? Version { get; init; } = "";
}

/// <summary>Reads the watched objects: as a list, or each by its name for an account that may only get them.</summary>
/// <param name="client">The cluster.</param>
/// <param name="path">The path of the list.</param>
/// <param name="selector">The list's selector, as the continuation of a query; empty for none.</param>
/// <param name="names">The names of the objects.</param>
internal sealed class WatchedObjects(ClusterClient client, string path, string selector, IReadOnlySet<string> names)
{
    // It becomes part of a URL; real versions have a few digits.
    private const int LongestVersion = 1024;

    private bool _hasListed;

    /// <summary>True once the objects could be read only by their names: a watch then does not show what was deleted before it.</summary>
    public bool IsByName { get; private set; }

    /// <summary>Reads them.</summary>
    public async Task<WatchedState> ReadAsync(CancellationToken cancellationToken)
    {
        ClusterResponse? list = null;
        if (!IsByName)
        {
            list = await client.GetAsync($"{path}?limit=0{selector}", cancellationToken);
            _hasListed |= list.IsSuccess;
            if (list.Status != 403)
                return new WatchedState(list, "listed") { Items = list.Object.Items("items"), Version = VersionOf(list.Object) };
        }

        List<JsonElement> found = [];
        foreach (string name in names)
        {
            ClusterResponse one = await client.GetAsync($"{path}/{Uri.EscapeDataString(name)}", cancellationToken);
            if (one.IsSuccess)
                found.Add(one.Object);
            else if (one is not { Status: 404, Body: not null })
                return list is not null && one.Status is 403 or 404
                    ? new WatchedState(list, "listed") : new WatchedState(one, "read by name");
        }

        // A server that has just started may refuse a list that it permits later.
        IsByName |= !_hasListed;
        return new WatchedState(new ClusterResponse(200, null, ""), "read by name") { Items = found };
    }

    /// <summary>The version of an object or list; null for none that can be used.</summary>
    public static string? VersionOf(JsonElement found) =>
        found.Text("metadata", "resourceVersion") is { Length: <= LongestVersion } version ? version : null;

    /// <summary>The failure of a state that is a refusal.</summary>
    /// <param name="state">The state.</param>
    /// <param name="what">What is watched.</param>
    public static AirgapException Refusal(WatchedState state, string what)
    {
        AirgapException refusal = ClusterRefusal.Of(state.Answer, what, state.Verb);
        return refusal.Code != ErrorCode.ClusterForbidden ? refusal : new AirgapException(
            refusal.Code, refusal.Message,
            "Request the right to get each of them, or to list and watch them, or use another context (--context).")
        { StatusCode = refusal.StatusCode };
    }
}
