using System.Text.Json;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Applying;

/// <summary>What became of an object.</summary>
internal enum ApplyOutcome
{
    /// <summary>It was not there.</summary>
    Created,

    /// <summary>It was there, and is another now.</summary>
    Changed,

    /// <summary>It was there as it should be.</summary>
    Unchanged,

    /// <summary>Applied; whether it changed is not known, since it may not be read.</summary>
    Applied,

    /// <summary>Left as it is on purpose.</summary>
    Kept,

    /// <summary>An earlier apply made it, and the manifests no longer hold it: it is gone, or going.</summary>
    Removed,

    /// <summary>Not sent: a dry run cannot try it.</summary>
    NotTried,

    /// <summary>Refused.</summary>
    Failed,
}

/// <summary>An object that was applied, or was not.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Namespace">Its namespace; null for none.</param>
/// <param name="Name">Its name.</param>
/// <param name="Outcome">What became of it.</param>
internal sealed record AppliedObject(string Kind, string? Namespace, string Name, ApplyOutcome Outcome)
{
    /// <summary>Group and version; empty where nobody needs them.</summary>
    public string ApiVersion { get; init; } = "";

    /// <summary><c>NAMESPACE/NAME</c>, or the name.</summary>
    public string FullName => Namespace is null ? Name : $"{Namespace}/{Name}";

    /// <summary>The object as the cluster has it now; null where it was not applied.</summary>
    public JsonElement? After { get; init; }

    /// <summary>Why it failed; null otherwise.</summary>
    public Diagnostic? Failure { get; init; }

    /// <summary>What the user should know.</summary>
    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];

    /// <summary>The form that the own change made.</summary>
    public long Generation => After?.Number("metadata", "generation") ?? 0;
}
