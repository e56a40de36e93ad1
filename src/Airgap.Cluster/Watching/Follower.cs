using System.Runtime.CompilerServices;
using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Watching;

/// <summary>Follows the objects of a list: list, watch from there, and list again where the server has forgotten the place.</summary>
/// <param name="client">The cluster.</param>
/// <param name="pause">The pause before a broken stream is taken up again.</param>
internal sealed class Follower(ClusterClient client, TimeSpan? pause = null)
{
    private const int MostFailures = 10;
    private readonly TimeSpan _pause = pause ?? TimeSpan.FromSeconds(1);

    /// <summary>Follows until it is stopped.</summary>
    /// <param name="path">The path of the list.</param>
    /// <param name="what">What is listed, for an error.</param>
    /// <param name="name">One object's name; null for all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async IAsyncEnumerable<WatchEvent> FollowAsync(string path, string what, string? name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string selector = name is null ? "" : $"&fieldSelector=metadata.name%3D{Uri.EscapeDataString(name)}";
        string? version = null;
        int failures = 0;
        while (true)
        {
            if (version is null)
            {
                ClusterAnswer list = await client.GetAsync($"{path}?limit=0{selector}", cancellationToken).ConfigureAwait(false);
                if (!list.IsSuccess)
                    throw ClusterRefusal.Of(list, what, "listed");
                version = list.Object.Text("metadata", "resourceVersion");
                foreach (JsonElement item in list.Object.Items("items"))
                    yield return new WatchEvent("ADDED", item);
            }

            bool isBroken = false;
            // A proxy may end every stream at once; it must not be asked in a loop without a pause.
            bool isSilent = true;
            IAsyncEnumerator<WatchEvent> events = client.WatchAsync($"{path}?watch=1{selector}&resourceVersion={Uri.EscapeDataString(version ?? "")}&allowWatchBookmarks=true&timeoutSeconds=60", cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (events.ConfigureAwait(false))
            {
                while (true)
                {
                    try
                    {
                        if (!await events.MoveNextAsync().ConfigureAwait(false))
                            break;
                    }
                    catch (IOException broken)
                    {
                        if (++failures >= MostFailures)
                            throw new AirgapException(ErrorCode.ClusterUnreachable, $"The watch of {what} breaks off again and again: {broken.Message.TrimEnd('.')}.", "See the way to the cluster: a proxy or load balancer that cuts long connections.", broken);
                        isBroken = true;
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
                        isBroken = code != 410;
                        break;
                    }

                    failures = 0;
                    isSilent = false;
                    version = entry.Object.Text("metadata", "resourceVersion") ?? version;
                    if (entry.Type != "BOOKMARK")
                        yield return entry;
                }
            }

            if (isBroken || isSilent)
                await Task.Delay(_pause, cancellationToken).ConfigureAwait(false);
        }
    }
}
