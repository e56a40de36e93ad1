using Airgap.Cluster.Applying;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Watching;

/// <summary>A PackageRepository or PackageInstall that is waited for.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Generation">The generation that has to succeed.</param>
internal sealed record WaitTarget(string Namespace, string Name, long Generation)
{
    /// <summary>Its kind.</summary>
    public ResourceKind Kind { get; init; } = ResourceKind.PackageRepository;

    /// <summary><c>NAMESPACE/NAME</c>.</summary>
    public string FullName => $"{Namespace}/{Name}";

    /// <summary><c>KIND NAMESPACE/NAME</c>.</summary>
    public string Id => $"{Kind.Kind} {FullName}";

    /// <summary>True for a PackageInstall.</summary>
    public bool IsInstall => Kind == ResourceKind.PackageInstall;

    /// <summary>The target of an applied object; null for one of a kind that is not waited for.</summary>
    public static WaitTarget? Of(AppliedObject applied) =>
        ResourceKind.Known(applied.ApiVersion, applied.Kind) is { } kind
            && (kind == ResourceKind.PackageRepository || kind == ResourceKind.PackageInstall)
            ? new WaitTarget(applied.Namespace!, applied.Name, applied.Generation) { Kind = kind } : null;
}

/// <summary>The outcome of a wait for one target.</summary>
/// <param name="Target">The target.</param>
/// <param name="State">Its last state; null if it was never seen.</param>
internal sealed record WaitResult(WaitTarget Target, ReconcileState? State)
{
    /// <summary>Why it counts as failed; null for a success.</summary>
    public Diagnostic? Failure { get; init; }

    /// <summary>The listed Packages of a PackageRepository; null if they could not be read, and for a PackageInstall.</summary>
    public int? Packages { get; init; }

    /// <summary>Warnings for the user.</summary>
    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];
}
