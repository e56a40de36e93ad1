using System.Collections.Immutable;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Producing;

/// <summary>Images with their digests.</summary>
/// <param name="Locked">The entries of the lock.</param>
/// <param name="Local">The entries that are in no registry, each with its repository in the lock.</param>
internal sealed record PinnedImages(
    ImmutableArray<LockedImage> Locked, ImmutableArray<(RepositoryName Repository, LocalImage Image)> Local);
