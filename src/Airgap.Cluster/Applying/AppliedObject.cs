using System.Text.Json;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Applying;

/// <summary>The outcome for an object.</summary>
internal enum ApplyOutcome
{
    /// <summary>Created.</summary>
    Created,

    /// <summary>Changed.</summary>
    Changed,

    /// <summary>Unchanged.</summary>
    Unchanged,

    /// <summary>Applied. Whether it changed is unknown, because it may not be read.</summary>
    Applied,

    /// <summary>Skipped on purpose.</summary>
    Kept,

    /// <summary>Made by an earlier apply and no longer in the manifests: gone.</summary>
    Removed,

    /// <summary>Made by an earlier apply and no longer in the manifests: being deleted, and not known to be gone.</summary>
    Removing,

    /// <summary>Not sent, because a dry run cannot try it.</summary>
    NotTried,

    /// <summary>Refused.</summary>
    Failed,
}

/// <summary>An object and the outcome of applying it.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Namespace">Its namespace; null for none.</param>
/// <param name="Name">Its name.</param>
/// <param name="Outcome">The outcome.</param>
internal sealed record AppliedObject(string Kind, string? Namespace, string Name, ApplyOutcome Outcome)
{
    /// <summary>Group and version; empty if not needed.</summary>
    public string ApiVersion { get; init; } = "";

    /// <summary><c>NAMESPACE/NAME</c>, or the name.</summary>
    public string FullName => Namespace is null ? Name : $"{Namespace}/{Name}";

    /// <summary>The object as the cluster has it now; null if it was not applied.</summary>
    public JsonElement? After { get; init; }

    /// <summary>Why it failed; null otherwise.</summary>
    public Diagnostic? Failure { get; init; }

    /// <summary>Warnings for the user.</summary>
    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];

    /// <summary>The generation that this run's change made.</summary>
    public long Generation => After?.Number("metadata", "generation") ?? 0;
}
