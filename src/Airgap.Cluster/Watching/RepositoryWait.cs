using System.Text.Json;
using System.Threading.Channels;
using Airgap.Cluster.Applying;
using Airgap.Cluster.Causes;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Watching;

/// <summary>Waits until PackageRepositories succeeded in the form that was applied.</summary>
/// <param name="client">The cluster.</param>
/// <param name="onChange">Receives each change, as one line.</param>
internal sealed class RepositoryWait(ClusterClient client, Action<string> onChange)
{
    private readonly Dictionary<string, ReconcileState> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _firstFailures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WaitVerdict> _verdicts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _told = new(StringComparer.Ordinal);

    /// <summary>How long nothing may happen before the reason is guessed at.</summary>
    public TimeSpan StallAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Waits.</summary>
    /// <param name="targets">The PackageRepositories.</param>
    /// <param name="limit">The longest wait; <see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<WaitVerdict>> RunAsync(
        IReadOnlyList<WaitTarget> targets, TimeSpan limit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource until = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        until.CancelAfter(limit);
        Channel<WatchEvent> changes = Channel.CreateUnbounded<WatchEvent>();
        Task[] followers = [.. targets.GroupBy(target => target.Namespace)
            .Select(group => FollowAsync(group.Key, group.Count() == 1 ? group.First().Name : null, changes.Writer, until.Token))];
        Dictionary<string, WaitTarget> pending = targets.ToDictionary(target => target.FullName);
        try
        {
            Task stall = Task.Delay(StallAfter, until.Token);
            while (pending.Count > 0)
            {
                Task<WatchEvent> next = changes.Reader.ReadAsync(until.Token).AsTask();
                if (await Task.WhenAny(next, stall) == stall && !until.IsCancellationRequested)
                {
                    TellStall(pending.Values);
                    stall = Task.Delay(Timeout.Infinite, until.Token);
                }

                WatchEvent change = await next;
                if (!pending.TryGetValue(change.Object.FullName(), out WaitTarget? target))
                    continue;
                if (Verdict(target, change) is not { } verdict)
                    continue;
                pending.Remove(target.FullName);
                _verdicts[target.FullName] = verdict;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            foreach (WaitTarget late in pending.Values)
                _verdicts[late.FullName] = Late(late, limit);
        }
        catch (ChannelClosedException closed) when (closed.InnerException is { } why)
        {
            throw why;
        }
        finally
        {
            await until.CancelAsync();
            await Task.WhenAll(followers);
        }

        return await WithPackagesAsync([.. targets.Select(target => _verdicts[target.FullName])], cancellationToken);
    }

    private async Task FollowAsync(string ns, string? name, ChannelWriter<WatchEvent> writer, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (WatchEvent change in new Follower(client).FollowAsync(
                ResourceKind.PackageRepository.ListPath(ns), $"PackageRepositories of {ns}", name, cancellationToken))
                writer.TryWrite(change);
        }
        catch (OperationCanceledException)
        {
        }
        catch (Exception failure) when (failure is AirgapException or HttpRequestException or IOException)
        {
            writer.TryComplete(failure);
        }
    }

    private WaitVerdict? Verdict(WaitTarget target, WatchEvent change)
    {
        ReconcileState state = ReconcileState.Of(change.Object, target.Generation);
        Tell(target, state);
        _states[target.FullName] = state;
        if (change.Type == "DELETED" || state.Phase == ReconcilePhase.Deleting)
            return Failed(target, state, ErrorCode.ObjectDeleting,
                $"PackageRepository {target.FullName} {(change.Type == "DELETED" ? "was deleted" : "is being deleted")}.",
                "See who deletes it, and apply it again once it is gone.");
        switch (state.Phase)
        {
            case ReconcilePhase.Paused when state.ObservedGeneration >= target.Generation:
                return Failed(target, state, ErrorCode.Paused, $"PackageRepository {target.FullName} is paused: nothing is fetched.",
                    "Take spec.paused out of the manifest and apply it again.");
            case ReconcilePhase.Succeeded:
                return new WaitVerdict(target, state) { Failure = CachedMirrors.Shown(state) };
            case ReconcilePhase.Failed:
                Explanation why = Explanation.Of(state, ResourceKind.PackageRepository.Kind);
                // The first failure of what may heal by itself is not an end: secretgen-controller may fill a Secret late.
                _firstFailures.TryAdd(target.FullName, state.Failures);
                return why.MayHeal && state.Failures <= _firstFailures[target.FullName]
                    ? null : new WaitVerdict(target, state) { Failure = why.Diagnostic };
            default:
                return null;
        }
    }

    private WaitVerdict Late(WaitTarget target, TimeSpan limit)
    {
        string time = limit.TotalSeconds >= 120 ? $"{limit.TotalMinutes:0.#} min" : $"{limit.TotalSeconds:0.#} s";
        ReconcileState? state = _states.GetValueOrDefault(target.FullName);
        if (state is { Phase: ReconcilePhase.Failed })
            return new WaitVerdict(target, state) { Failure = Explanation.Of(state, ResourceKind.PackageRepository.Kind).Diagnostic };
        return Failed(target, state, ErrorCode.WaitTimedOut,
            $"PackageRepository {target.FullName} was not done after {time}: it is {state?.Words ?? "nowhere to be seen"}.",
            "See what holds it up: dotnet airgap doctor -n " + target.Namespace + " " + target.Name);
    }

    private static WaitVerdict Failed(WaitTarget target, ReconcileState? state, ErrorCode code, string message, string advice) =>
        new(target, state) { Failure = new Diagnostic(code, message, advice) { Reference = state?.Image } };

    private void Tell(WaitTarget target, ReconcileState state)
    {
        string words = state.Phase == ReconcilePhase.Failed
            ? $"{state.Words}{(CauseTable.Find(state.Message ?? "", out _) is { } known ? $" ({known.Means})" : "")}{(state.Failures > 1 ? $", {state.Failures} times" : "")}"
            : state.Words;
        if (_told.TryGetValue(target.FullName, out string? last) && last == words)
            return;
        _told[target.FullName] = words;
        onChange($"{target.FullName}: {words}");
    }

    private void TellStall(IEnumerable<WaitTarget> pending)
    {
        string[] unseen = [.. pending.Where(
            target => _states.GetValueOrDefault(target.FullName) is null
            or { Phase: ReconcilePhase.NotObserved or ReconcilePhase.Outdated }).Select(target => target.FullName)];
        if (unseen.Length > 0)
            onChange(
                $"{string.Join(", ", unseen)}: kapp-controller has not looked yet. It takes one PackageRepository at a time, and one " +
                "whose registry is silent holds up the others; 'dotnet airgap doctor' shows whether it runs.");
    }

    private async Task<IReadOnlyList<WaitVerdict>> WithPackagesAsync(WaitVerdict[] verdicts, CancellationToken cancellationToken)
    {
        foreach (IGrouping<string, WaitVerdict> group in verdicts.Where(verdict => verdict.Failure is null)
            .GroupBy(verdict => verdict.Target.Namespace).ToArray())
        {
            // kapp-controller serves this list itself, and may be the one that is down.
            ClusterAnswer answer = await client.GetAsync(ResourceKind.Package.ListPath(group.Key), cancellationToken);
            JsonElement[]? packages = answer.IsSuccess ? [.. answer.Object.Items("items")] : null;
            foreach (WaitVerdict verdict in group)
                verdicts[Array.IndexOf(verdicts, verdict)] = Listed(verdict, packages, answer);
        }

        return verdicts;
    }

    private static WaitVerdict Listed(WaitVerdict verdict, JsonElement[]? packages, ClusterAnswer answer)
    {
        string name = verdict.Target.FullName;
        if (packages is null)
        {
            AirgapException refusal = ClusterRefusal.Of(answer, $"Packages of {verdict.Target.Namespace}", "listed");
            return verdict with
            {
                Warnings = [new Diagnostic(
                    ErrorCode.NotExamined, $"Whether the Packages of {name} are there was not seen: {refusal.Message}", refusal.Advice)]
            };
        }

        int count = packages.Count(package => PackageImages.Origin(package) == name);
        string[] outside = PackageImages.Outside(verdict.State!, packages);
        List<Diagnostic> warnings = [];
        if (count == 0)
            warnings.Add(new Diagnostic(
                ErrorCode.NoPackagesListed, $"PackageRepository {name} succeeded, and the cluster lists no Package of it.",
                $"See what its bundle has under packages/: dotnet airgap describe -b {verdict.State!.Image}"));
        Diagnostic? failure = outside.Length == 0 ? null : new Diagnostic(
            ErrorCode.ImagesOutside,
            $"PackageRepository {name} succeeded, but its Packages name " +
            $"{(outside.Length == 1 ? "an image" : $"{outside.Length} images")} outside the mirror: {string.Join(", ", outside.Take(5))}.",
            "Relocate the bundle with all its images into one repository: dotnet airgap copy -b BUNDLE --to-repo REPOSITORY")
        { Reference = verdict.State!.Image };
        return verdict with { Packages = count, Failure = failure, Warnings = warnings };
    }
}
