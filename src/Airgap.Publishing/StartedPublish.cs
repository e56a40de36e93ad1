using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Signing;

namespace Airgap.Publishing;

/// <summary>A publish to one destination that has started but not yet moved anything.</summary>
/// <param name="Artifacts">The folder of its artifacts.</param>
/// <param name="Objects">The common objects of its manifests.</param>
/// <param name="Publisher">Relocates its items, by the verified plans.</param>
/// <param name="Signing">Its signing.</param>
internal sealed record StartedPublish(ArtifactFolder Artifacts, ManifestObjects Objects, ItemPublisher Publisher, ProjectSigning Signing)
    : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Signing.Dispose();
}
