using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Transfer.Kubernetes;

/// <summary>A PackageRepository manifest, ready to be written and applied.</summary>
/// <param name="Name">The PackageRepository's name, a good file name too.</param>
/// <param name="Yaml">One YAML document or, with a pull secret, several; each begins with <c>---</c>; lines end with a line feed.</param>
/// <param name="Warnings">What may surprise: <see cref="ErrorCode.OldApiGroup"/>, <see cref="ErrorCode.UnpinnedReference"/>,
/// <see cref="ErrorCode.SyncPeriodRaised"/>.</param>
internal sealed record PackageRepositoryManifest(string Name, string Yaml, ImmutableArray<Diagnostic> Warnings)
{
    /// <summary>The objects that <see cref="Yaml"/> consists of, in its order.</summary>
    internal ImmutableArray<KubernetesObject> Objects { get; init; } = [];
}
