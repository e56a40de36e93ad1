using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Signing;

namespace Airgap.Publishing;

/// <summary>A publish to one destination that has begun, and has moved nothing yet.</summary>
/// <param name="Artifacts">The folder of its artifacts.</param>
/// <param name="Objects">The objects that its manifests have in common.</param>
/// <param name="Publisher">Relocates its items; keeps the plans that were judged.</param>
/// <param name="Signing">Signs for it.</param>
internal sealed record StartedPublish(ArtifactFolder Artifacts, ManifestObjects Objects, ItemPublisher Publisher, ProjectSigning Signing)
    : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Signing.Dispose();
}
