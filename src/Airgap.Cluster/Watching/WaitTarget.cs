using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Watching;

/// <summary>A PackageRepository that is waited for.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Generation">The form that has to succeed.</param>
internal sealed record WaitTarget(string Namespace, string Name, long Generation)
{
    /// <summary><c>NAMESPACE/NAME</c>.</summary>
    public string FullName => $"{Namespace}/{Name}";
}

/// <summary>How a wait for one PackageRepository ended.</summary>
/// <param name="Target">The PackageRepository.</param>
/// <param name="State">Its last state; null where it was never seen.</param>
internal sealed record WaitVerdict(WaitTarget Target, ReconcileState? State)
{
    /// <summary>Why it counts as failed; null for a success.</summary>
    public Diagnostic? Failure { get; init; }

    /// <summary>The Packages of it that are listed; null where they could not be read.</summary>
    public int? Packages { get; init; }

    /// <summary>Warnings for the user.</summary>
    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];
}
