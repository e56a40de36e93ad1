using Airgap.Publishing.Artifacts;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>The work for one item.</summary>
/// <param name="Plan">What would move.</param>
/// <param name="UpToDate">The result, if an up-to-date archive exists; otherwise null.</param>
/// <param name="Manifest">The PackageRepository; null for none.</param>
/// <param name="Source">The source of a derived bundle's bytes.</param>
/// <param name="Derived">What is left out; null for an underived bundle.</param>
internal sealed record ItemPlan(
    TransferPlan Plan, TransferResult? UpToDate, PackageRepositoryManifest? Manifest, ItemSource Source, DerivedReport? Derived)
    : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Source.Dispose();
}
