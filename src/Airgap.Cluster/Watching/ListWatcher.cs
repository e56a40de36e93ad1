using System.Runtime.CompilerServices;
using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Watching;

/// <summary>
/// Lists objects and watches them from there; lists again when the server no longer knows the resource version. For an account that may
/// not list or not watch them, it reads them repeatedly.
/// </summary>
/// <param name="client">The cluster.</param>
/// <param name="clock">Measures time and waits; null for the system's clock.</param>
/// <param name="onNote">Receives a line about how the objects are followed, if not by a watch.</param>
internal sealed class ListWatcher(ClusterClient client, TimeProvider? clock = null, Action<string>? onNote = null)
{
    private const int MostFailures = 10;

    // With the pauses between them, several seconds.
    private const int MostRefusals = 6;

    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    // A proxy may end every stream at once, with or without an event: a loop without pauses would flood it.
    private readonly WatchBackoff _backoff = new(clock ?? TimeProvider.System);

    /// <summary>Watches until it is cancelled.</summary>
    /// <param name="path">The path of the list.</param>
    /// <param name="what">What is listed, for an error.</param>
    /// <param name="names">The names of the objects; others are skipped.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async IAsyncEnumerable<WatchEvent> WatchAsync(
        string path, string what, IReadOnlySet<string> names, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string selector = names.Count == 1 ? $"&fieldSelector=metadata.name%3D{Uri.EscapeDataString(names.First())}" : "";
        string? version = null;
        int failures = 0;
        int refusals = 0;
        bool isPermitted = false;
        // What an apply of this run was answered; a server that restarts, or whose users are not known yet, is back soon.
        bool isAccepted = client.IsAccepted;
        bool hasWatched = false;
        bool mayWatch = true;
        WatchedObjects objects = new(client, path, selector, names);
        Polling polling = new(Timeout.InfiniteTimeSpan, s_firstPause, s_longestPause, clock);
        Dictionary<string, JsonElement> known = new(StringComparer.Ordinal);
        while (true)
        {
            _backoff.Begin();
            if (version is null)
            {
                WatchedState? now = null;
                try
                {
                    now = await objects.ReadAsync(cancellationToken);
                }
                catch (AirgapException down) when (
                    down.Code == ErrorCode.ClusterUnreachable && (isPermitted || isAccepted) && ++failures < MostFailures)
                {
                    // A server that restarts is back soon.
                }

                if (now is not { Answer.IsSuccess: true })
                {
                    if (now is not null && !MayPass(now.Answer.Status))
                        throw WatchedObjects.Refusal(now, what);
                    await _backoff.PauseAsync(cancellationToken);
                    continue;
                }

                isPermitted = true;
                foreach (WatchEvent change in Changes(known, now.Items, names))
                    yield return change;
                if (!mayWatch)
                {
                    (failures, refusals) = (0, 0);
                    await polling.PauseAsync(cancellationToken);
                    continue;
                }

                version = now.Version;
            }

            IAsyncEnumerator<WatchEvent> events = client.WatchAsync(
                $"{path}?watch=1{selector}&resourceVersion={Uri.EscapeDataString(version ?? "")}" +
                "&allowWatchBookmarks=true&timeoutSeconds=60",
                cancellationToken).GetAsyncEnumerator(cancellationToken);
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
                        // Some proxies end every connection after a while: the wait goes on, however often they do.
                        if (_backoff.HasLasted && WasOpen(broken))
                            failures = 0;
                        else if (++failures >= MostFailures)
                            throw new AirgapException(
                                ErrorCode.ClusterUnreachable,
                                $"The watch of {what} is interrupted repeatedly: {broken.Message.TrimEnd('.')}.",
                                "Check the path to the cluster for a proxy or load balancer that cuts long connections.", broken);
                        break;
                    }

                    WatchEvent entry = events.Current;
                    if (entry.Type == "ERROR")
                    {
                        int code = (int)Math.Clamp(entry.Object.Number("code"), 0, 599);
                        if (code == 403 && (!hasWatched || refusals + 1 == MostRefusals))
                        {
                            mayWatch = false;
                            onNote?.Invoke(
                                $"{what} may be read, but not watched, with these credentials: they are read every " +
                                $"{s_longestPause.TotalSeconds:0} s.");
                        }
                        else if (!MayPass(code))
                            throw ClusterRefusal.Of(new ClusterResponse(code, entry.Object, ""), what, "watched");
                        version = null;
                        break;
                    }

                    (failures, refusals) = (0, 0);
                    hasWatched = true;
                    version = WatchedObjects.VersionOf(entry.Object) ?? version;
                    if (entry.Type is not ("ADDED" or "MODIFIED" or "DELETED")
                        || entry.Object.Text("metadata", "name") is not { } name || !names.Contains(name))
                        continue;
                    if (entry.Type == "DELETED")
                        known.Remove(name);
                    else
                        known[name] = entry.Object;
                    yield return entry;
                }
            }

            if (objects.IsByName)
                version = null;
            await _backoff.PauseAsync(cancellationToken);
        }

        // 410: the version expired. 429, 5xx: transient. 401, 403, 404: expired credentials are renewed, and a server that has just
        // started does not know all rights and kinds yet. Other refusals would recur.
        bool MayPass(int status) => status switch
        {
            410 or 429 or >= 500 => ++failures < MostFailures,
            401 => (isPermitted || isAccepted) && ++refusals < MostRefusals,
            403 or 404 => isPermitted && ++refusals < MostRefusals,
            _ => false,
        };
    }

    // True if the server had begun to answer, and was not silent for too long.
    private static bool WasOpen(IOException broken) =>
        broken.InnerException is not (HttpRequestException or OperationCanceledException or JsonException);

    // Objects deleted between two watches are missing from the next list.
    private static IEnumerable<WatchEvent> Changes(
        Dictionary<string, JsonElement> known, IEnumerable<JsonElement> items, IReadOnlySet<string> names)
    {
        Dictionary<string, JsonElement> former = new(known, StringComparer.Ordinal);
        known.Clear();
        foreach (JsonElement item in items)
        {
            if (item.Text("metadata", "name") is { } name && names.Contains(name))
                known[name] = item;
        }

        return [.. former.Where(entry => !known.ContainsKey(entry.Key)).Select(entry => new WatchEvent("DELETED", entry.Value)),
            .. known.Values.Select(item => new WatchEvent("ADDED", item))];
    }
}
