using System.Runtime.CompilerServices;
using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Watching;

/// <summary>Follows the objects of a list: list, watch from there, and list again where the server has forgotten the place.</summary>
/// <param name="client">The cluster.</param>
/// <param name="clock">Tells the time, and waits; null for the system's.</param>
internal sealed class Follower(ClusterClient client, TimeProvider? clock = null)
{
    private const int MostFailures = 10;

    // A proxy may end every stream at once, with or without an event: it must not be asked in a loop without a pause.
    private readonly Backoff _backoff = new(clock ?? TimeProvider.System);

    /// <summary>Follows until it is stopped.</summary>
    /// <param name="path">The path of the list.</param>
    /// <param name="what">What is listed, for an error.</param>
    /// <param name="name">One object's name; null for all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async IAsyncEnumerable<WatchEvent> FollowAsync(
        string path, string what, string? name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string selector = name is null ? "" : $"&fieldSelector=metadata.name%3D{Uri.EscapeDataString(name)}";
        string? version = null;
        int failures = 0;
        while (true)
        {
            if (version is null)
            {
                ClusterAnswer list = await client.GetAsync($"{path}?limit=0{selector}", cancellationToken);
                if (!list.IsSuccess)
                    throw ClusterRefusal.Of(list, what, "listed");
                version = list.Object.Text("metadata", "resourceVersion");
                foreach (JsonElement item in list.Object.Items("items"))
                    yield return new WatchEvent("ADDED", item);
            }

            _backoff.Begin();
            IAsyncEnumerator<WatchEvent> events = client.WatchAsync(
                $"{path}?watch=1{selector}&resourceVersion={Uri.EscapeDataString(version ?? "")}&allowWatchBookmarks=true&timeoutSeconds=60", cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (events)
            {
                while (true)
                {
                    try
                    {
                        if (!await events.MoveNextAsync())
                            break;
                    }
                    catch (IOException broken)
                    {
                        if (++failures >= MostFailures)
                            throw new AirgapException(
                                ErrorCode.ClusterUnreachable,
                                $"The watch of {what} breaks off again and again: {broken.Message.TrimEnd('.')}.",
                                "See the way to the cluster: a proxy or load balancer that cuts long connections.", broken);
                        break;
                    }

                    WatchEvent entry = events.Current;
                    if (entry.Type == "ERROR")
                    {
                        // 410: forgotten. 429, 5xx: passing. The rest does not change by asking again.
                        long code = entry.Object.Number("code");
                        if (code is not (410 or 429 or >= 500) || ++failures >= MostFailures)
                            throw ClusterRefusal.Of(new ClusterAnswer((int)Math.Clamp(code, 0, 599), entry.Object, ""), what, "watched");
                        version = null;
                        break;
                    }

                    failures = 0;
                    version = entry.Object.Text("metadata", "resourceVersion") ?? version;
                    if (entry.Type != "BOOKMARK")
                        yield return entry;
                }
            }

            await _backoff.PauseAsync(cancellationToken);
        }
    }
}
