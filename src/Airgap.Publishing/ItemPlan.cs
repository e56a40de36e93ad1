using Airgap.Publishing.Artifacts;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>What is to be done about an item.</summary>
/// <param name="Plan">What would move.</param>
/// <param name="Standing">The result, where an archive stands that a run would only write again; null otherwise.</param>
/// <param name="Manifest">The PackageRepository; null for none.</param>
/// <param name="Source">What holds the bytes of a derived bundle.</param>
/// <param name="Derived">What is left out; null for a bundle as it is.</param>
internal sealed record ItemPlan(
    TransferPlan Plan, TransferResult? Standing, PackageRepositoryManifest? Manifest, ItemSource Source, DerivedReport? Derived)
    : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Source.Dispose();
}
