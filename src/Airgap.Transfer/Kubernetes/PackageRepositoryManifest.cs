using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Transfer.Kubernetes;

/// <summary>A PackageRepository manifest, ready to be written and applied.</summary>
/// <param name="Name">The PackageRepository's name, which is also a valid file name.</param>
/// <param name="Yaml">One YAML document or, with a pull secret, several; each begins with <c>---</c>; lines end with a line feed.</param>
/// <param name="Warnings">Possible surprises: <see cref="ErrorCode.OldApiGroup"/>,
/// <see cref="ErrorCode.UnpinnedReference"/>, <see cref="ErrorCode.SyncPeriodRaised"/>.</param>
internal sealed record PackageRepositoryManifest(string Name, string Yaml, ImmutableArray<Diagnostic> Warnings)
{
    /// <summary>The objects of <see cref="Yaml"/>, in its order.</summary>
    internal ImmutableArray<KubernetesObject> Objects { get; init; } = [];
}
