using System.Threading.Channels;
using Airgap.Cluster.Causes;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Watching;

/// <summary>
/// Waits until PackageRepositories and PackageInstalls have succeeded in the applied form. A PackageInstall is evaluated only after the
/// PackageRepositories are done: until then, its Package may be missing or old.
/// </summary>
/// <param name="client">The cluster.</param>
/// <param name="onChange">Receives each change, as one line.</param>
internal sealed class ReconcileWait(ClusterClient client, Action<string> onChange)
{
    // A server may send changes faster than they are processed.
    private const int MostAhead = 16;

    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, ReconcileState> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WaitResult> _verdicts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _told = new(StringComparer.Ordinal);
    private readonly HashSet<string> _gone = new(StringComparer.Ordinal);

    /// <summary>The time without a change after which a possible reason is reported.</summary>
    public TimeSpan StallAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Decides whether a state ends the wait.</summary>
    public ReconcileEvaluator Evaluator { get; init; } = new(TimeProvider.System);

    /// <summary>The clock of the limit and the waits.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Waits.</summary>
    /// <param name="targets">The objects.</param>
    /// <param name="limit">The longest wait; <see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="AirgapException">The cluster cannot be followed: what it refuses, or
    /// <see cref="ErrorCode.ClusterUnreachable"/>.</exception>
    public async Task<IReadOnlyList<WaitResult>> RunAsync(
        IReadOnlyList<WaitTarget> targets, TimeSpan limit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = new(limit, Clock);
        using CancellationTokenSource until = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, over.Token);
        Channel<Change> changes = Channel.CreateBounded<Change>(MostAhead);
        Task[] watchers = [.. targets.GroupBy(target => (target.Kind, target.Namespace)).Select(
            group => WatchAsync(
                group.Key.Kind, group.Key.Namespace, group.Select(target => target.Name).ToHashSet(StringComparer.Ordinal), changes.Writer,
                until.Token))];
        Dictionary<string, WaitTarget> pending = targets.ToDictionary(target => target.Id);
        try
        {
            await UntilDoneAsync(pending, changes.Reader, until.Token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Results up to then count.
            TakeAll(changes.Reader, pending);
            foreach (WaitTarget late in pending.Values)
                _verdicts[late.Id] = ReconcileEvaluator.Late(late, _states.GetValueOrDefault(late.Id), limit);
        }
        finally
        {
            await until.CancelAsync();
            await Task.WhenAll(watchers);
        }

        return await new ListedPackages(client).CheckAsync([.. targets.Select(target => _verdicts[target.Id])], cancellationToken);
    }

    private async Task UntilDoneAsync(
        Dictionary<string, WaitTarget> pending, ChannelReader<Change> changes, CancellationToken cancellationToken)
    {
        long started = Clock.GetTimestamp();
        bool isStallTold = false;
        Task<bool> next = changes.WaitToReadAsync(cancellationToken).AsTask();
        Task tick = Task.Delay(s_tick, Clock, cancellationToken);
        while (pending.Count > 0)
        {
            if (await Task.WhenAny(next, tick) == tick)
            {
                await tick;
                tick = Task.Delay(s_tick, Clock, cancellationToken);
                SettleAll(pending);
                if (!isStallTold && Clock.GetElapsedTime(started) >= StallAfter)
                {
                    isStallTold = true;
                    ReportStall(pending.Values);
                }
            }
            else
            {
                await next;
                TakeAll(changes, pending);
                next = changes.WaitToReadAsync(cancellationToken).AsTask();
            }
        }
    }

    // Every state is evaluated, even if another follows at once.
    private void TakeAll(ChannelReader<Change> changes, Dictionary<string, WaitTarget> pending)
    {
        while (pending.Count > 0 && changes.TryRead(out Change change))
        {
            Take(change, pending);
            SettleAll(pending);
        }
    }

    private void Take(Change change, Dictionary<string, WaitTarget> pending)
    {
        if (!pending.TryGetValue($"{change.Kind.Kind} {change.Event.Object.FullName()}", out WaitTarget? target))
            return;
        ReconcileState state = ReconcileState.Of(change.Event.Object, target.Generation);
        _states[target.Id] = state;
        if (change.Event.Type == "DELETED")
            _gone.Add(target.Id);
        else
            _gone.Remove(target.Id);
        Report(target, state);
    }

    private void SettleAll(Dictionary<string, WaitTarget> pending)
    {
        foreach (WaitTarget target in pending.Values.Where(target => _states.ContainsKey(target.Id)).ToArray())
            Settle(target, pending);
    }

    private void Settle(WaitTarget target, Dictionary<string, WaitTarget> pending)
    {
        if (target.IsInstall && pending.Values.Any(other => !other.IsInstall))
            return;
        if (Evaluator.Evaluate(target, _states[target.Id], _gone.Contains(target.Id)) is not { } verdict)
            return;
        pending.Remove(target.Id);
        _verdicts[target.Id] = verdict;
    }

    private async Task WatchAsync(
        ResourceKind kind, string ns, HashSet<string> names, ChannelWriter<Change> writer, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (WatchEvent change in new ListWatcher(client, Clock, Tell).WatchAsync(
                kind.ListPath(ns), $"{(kind == ResourceKind.PackageInstall ? "PackageInstalls" : "PackageRepositories")} of {ns}", names,
                cancellationToken))
                await writer.WriteAsync(new Change(kind, change), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (ChannelClosedException)
        {
            // Another follower has failed.
        }
        catch (Exception failure)
        {
            writer.TryComplete(failure);
        }
    }

    // Each kind and namespace has a watcher of its own, and it may tell something, too.
    private void Tell(string line)
    {
        lock (_told)
            onChange(line);
    }

    private void Report(WaitTarget target, ReconcileState state)
    {
        string words = state.Phase == ReconcilePhase.Failed
            ? $"{state.Words}{(CauseTable.Find(state.Message ?? "", out _) is { } known ? $" ({known.Means})" : "")}{(state.Failures > 1 ? $", {state.Failures} times" : "")}"
            : state.Words;
        if (_told.TryGetValue(target.Id, out string? last) && last == words)
            return;
        _told[target.Id] = words;
        Tell($"{(target.IsInstall ? target.Id : target.FullName)}: {words}");
    }

    private void ReportStall(IEnumerable<WaitTarget> pending)
    {
        string[] unseen = [.. pending.Where(
            target => !target.IsInstall && _states.GetValueOrDefault(target.Id) is null
            or { Phase: ReconcilePhase.NotObserved or ReconcilePhase.Outdated }).Select(target => target.FullName)];
        if (unseen.Length > 0)
            Tell(
                $"{string.Join(", ", unseen)}: not seen by kapp-controller yet. It takes one PackageRepository at a time, and one " +
                "whose registry does not respond delays the others; 'dotnet airgap doctor' shows whether it runs.");
    }

    private readonly record struct Change(ResourceKind Kind, WatchEvent Event);
}
