using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Deriving;

/// <summary>A manifest from which another was derived.</summary>
/// <param name="Origin">The repository that has it, and its signatures.</param>
/// <param name="Manifest">The manifest.</param>
internal sealed record OriginalManifest(RepositoryName Origin, Manifest Manifest);
