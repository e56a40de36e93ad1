using System.Text.Json;

namespace Airgap.Cluster.Objects;

/// <summary>kapp-controller's progress with an object.</summary>
internal enum ReconcilePhase
{
    /// <summary>No controller has seen it.</summary>
    NotObserved,

    /// <summary>The status is about an older generation of the object.</summary>
    Outdated,

    /// <summary>In progress.</summary>
    Reconciling,

    /// <summary>Done.</summary>
    Succeeded,

    /// <summary>Failed; tried again later.</summary>
    Failed,

    /// <summary>Paused, whatever the status says.</summary>
    Paused,

    /// <summary>Being deleted.</summary>
    Deleting,
}

/// <summary>The meaning of a PackageRepository's or PackageInstall's status.</summary>
internal sealed record ReconcileState
{
    // The tools' real output has a few kilobytes. A hostile text must not make the search for causes take longer.
    private const int LongestMessage = 16 * 1024;

    private ReconcileState(JsonElement source) => Object = source;

    /// <summary>The object.</summary>
    public JsonElement Object { get; }

    /// <summary><c>NAMESPACE/NAME</c>.</summary>
    public string FullName => Object.FullName();

    /// <summary>Its progress.</summary>
    public ReconcilePhase Phase { get; private init; }

    /// <summary>The generation of the object that the status is about.</summary>
    public long ObservedGeneration => Object.Number("status", "observedGeneration");

    /// <summary>Consecutive failures.</summary>
    public long Failures => Object.Number("status", "consecutiveReconcileFailures");

    /// <summary>The tools' output of a failure; null otherwise.</summary>
    public string? Message { get; private init; }

    /// <summary>The image that a PackageRepository fetches; null if there is none.</summary>
    public string? Image => Object.Text("spec", "fetch", "imgpkgBundle", "image") ?? Object.Text("spec", "fetch", "image", "url");

    /// <summary>The Secret that a PackageRepository names, or the annotation of a PackageInstall; null for none.</summary>
    public string? SecretName =>
        Object.Text("spec", "fetch", "imgpkgBundle", "secretRef", "name") ?? Object.Text("spec", "fetch", "image", "secretRef", "name")
        ?? Object.Text("metadata", "annotations", "ext.packaging.carvel.dev/fetch-0-secret-name");

    /// <summary>The version that a PackageInstall has installed; null if there is none.</summary>
    public string? InstalledVersion => Object.Text("status", "version");

    /// <summary>The phase as kubectl shows it.</summary>
    public string Words => Phase switch
    {
        ReconcilePhase.NotObserved => "not seen by kapp-controller yet",
        ReconcilePhase.Outdated => "waiting for kapp-controller to see the change",
        ReconcilePhase.Reconciling => "reconciling",
        ReconcilePhase.Succeeded => "reconcile succeeded",
        ReconcilePhase.Failed => "reconcile failed",
        ReconcilePhase.Paused => "paused",
        _ => "being deleted",
    };

    /// <summary>Reads an object.</summary>
    /// <param name="source">The object.</param>
    /// <param name="generation">The generation that this run's change made; the object's own counts if it is higher.</param>
    public static ReconcileState Of(JsonElement source, long generation = 0)
    {
        ReconcilePhase phase = PhaseOf(source, Math.Max(generation, source.Number("metadata", "generation")));
        return new ReconcileState(source)
        {
            Phase = phase,
            Message = phase is ReconcilePhase.Failed or ReconcilePhase.Deleting
                ? Cut(source.Text("status", "usefulErrorMessage") ?? Condition(source, "ReconcileFailed")?.Text("message")
                ?? Condition(source, "DeleteFailed")?.Text("message"))
                : null,
        };
    }

    private static string? Cut(string? message) => message is { Length: > LongestMessage } ? message[..LongestMessage] : message;

    private static ReconcilePhase PhaseOf(JsonElement source, long generation)
    {
        if (source.Text("metadata", "deletionTimestamp") is not null)
            return ReconcilePhase.Deleting;
        // A success before the pause stays in the status, though nothing new was fetched.
        if (source.Flag("spec", "paused"))
            return ReconcilePhase.Paused;
        if (source.Find("status") is null)
            return ReconcilePhase.NotObserved;
        if (source.Number("status", "observedGeneration") < generation)
            return ReconcilePhase.Outdated;
        return Condition(source, "ReconcileSucceeded") is not null ? ReconcilePhase.Succeeded
            : Condition(source, "ReconcileFailed") is not null ? ReconcilePhase.Failed
            : ReconcilePhase.Reconciling;
    }

    private static JsonElement? Condition(JsonElement source, string type)
    {
        foreach (JsonElement condition in source.Items("status", "conditions"))
        {
            if (condition.Text("type") == type && condition.Text("status") == "True")
                return condition;
        }

        return null;
    }
}
