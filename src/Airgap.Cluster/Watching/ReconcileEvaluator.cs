using Airgap.Cluster.Applying;
using Airgap.Cluster.Causes;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Watching;

/// <summary>Decides whether a state ends a wait, and with which result.</summary>
/// <param name="clock">Tells the time.</param>
internal sealed class ReconcileEvaluator(TimeProvider clock)
{
    private readonly Dictionary<string, long> _firstFailures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _failingSince = new(StringComparer.Ordinal);

    // A state is evaluated repeatedly; its text may be long and is searched only once.
    private readonly Dictionary<string, (ReconcileState State, Explanation Why)> _explained = new(StringComparer.Ordinal);

    /// <summary>
    /// How long a PackageInstall may fail before its failure counts: its status does not count failures. kapp-controller tries
    /// again after 2, 4, 8 s.
    /// </summary>
    public TimeSpan Heals { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The result for a state; null to continue waiting.</summary>
    /// <param name="target">The object.</param>
    /// <param name="state">Its state.</param>
    /// <param name="isGone">True if it was deleted.</param>
    public WaitResult? Evaluate(WaitTarget target, ReconcileState state, bool isGone)
    {
        if (state.Phase != ReconcilePhase.Failed)
            _failingSince.Remove(target.Id);
        if (isGone || state.Phase == ReconcilePhase.Deleting)
            return Failed(target, state, ErrorCode.ObjectDeleting, $"{target.Id} {(isGone ? "was deleted" : "is being deleted")}.",
                isGone ? "See who deleted it, and apply it again." : "See who deletes it, and apply it again once it is gone.");
        return state.Phase switch
        {
            ReconcilePhase.Paused when state.ObservedGeneration >= target.Generation => Failed(
                target, state, ErrorCode.Paused, $"{target.Id} is paused: nothing is {(target.IsInstall ? "installed" : "fetched")}.",
                "Take spec.paused out of the manifest and apply it again."),
            ReconcilePhase.Succeeded => new WaitResult(target, state)
            {
                Failure = target.IsInstall ? null : CachedMirrors.Shown(state)
            },
            ReconcilePhase.Failed => OfFailure(target, state),
            _ => null,
        };
    }

    /// <summary>The failure of an object that was not ready in time.</summary>
    public static WaitResult Late(WaitTarget target, ReconcileState? state, TimeSpan limit)
    {
        if (state is { Phase: ReconcilePhase.Failed })
            return new WaitResult(target, state) { Failure = Explanation.Of(state, target.Kind.Kind).Diagnostic };
        string time = limit.TotalSeconds >= 120 ? $"{limit.TotalMinutes:0.#} min" : $"{limit.TotalSeconds:0.#} s";
        return Failed(target, state, ErrorCode.WaitTimedOut,
            $"{target.Id} was not done after {time}: {(state is null ? "the cluster has not shown it" : $"it is {state.Words}")}.",
            $"Find the cause: dotnet airgap doctor -n {target.Namespace} {target.Name}");
    }

    private WaitResult? OfFailure(WaitTarget target, ReconcileState state)
    {
        if (!_explained.TryGetValue(target.Id, out (ReconcileState State, Explanation Why) known) || !ReferenceEquals(known.State, state))
            _explained[target.Id] = known = (state, Explanation.Of(state, target.Kind.Kind));
        Explanation why = known.Why;
        return why.MayHeal && MayStillHeal(target, state) ? null : new WaitResult(target, state) { Failure = why.Diagnostic };
    }

    // A first failure that may heal by itself does not end the wait: secretgen-controller may fill a Secret late.
    private bool MayStillHeal(WaitTarget target, ReconcileState state)
    {
        if (!target.IsInstall)
        {
            _firstFailures.TryAdd(target.Id, state.Failures);
            return state.Failures <= _firstFailures[target.Id];
        }

        _failingSince.TryAdd(target.Id, clock.GetTimestamp());
        return clock.GetElapsedTime(_failingSince[target.Id]) < Heals;
    }

    private static WaitResult Failed(WaitTarget target, ReconcileState? state, ErrorCode code, string message, string advice) =>
        new(target, state) { Failure = new Diagnostic(code, message, advice) { Reference = state?.Image } };
}
