using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Declarations;

/// <summary>An item whose every value was read and found good: what is relocated, where to, and which artifacts it leaves.</summary>
internal sealed record Declaration
{
    /// <summary>The item.</summary>
    public required PublishItem Item { get; init; }

    /// <summary>What is relocated: the item itself, or the archive that holds it.</summary>
    public required RelocationSource Source { get; init; }

    /// <summary>The item's reference; that of the bundle for a BundleLock; null for an ImagesLock.</summary>
    public ImageReference? Reference { get; init; }

    /// <summary>The tag that will be moved at the destination; null for none.</summary>
    public string? Tag { get; init; }

    /// <summary>The digest that the project's lock pins the tag to; null where none does.</summary>
    public Digest? Pin { get; init; }

    /// <summary>The digest that the project's lock pins what is derived of the bundle to; null where it pins none.</summary>
    internal Digest? DerivedPin { get; init; }

    /// <summary>What its artifacts are called before the dot: the PackageRepository's name or the source's last path segment.</summary>
    public required string Name { get; init; }

    /// <summary>The repository at the destination; null when only an archive is written and no registry is known.</summary>
    public RepositoryName? Repository { get; init; }

    /// <summary>Full path of the archive to write; null to relocate to <see cref="Repository"/>.</summary>
    public string? Archive { get; init; }

    /// <summary>The format of <see cref="Archive"/>.</summary>
    internal ArchiveFormat ArchiveFormat { get; init; }

    /// <summary>True where <see cref="Archive"/> is one for all items, of this project and of others.</summary>
    internal bool SharesArchive { get; init; }

    /// <summary>The most bytes of a part of <see cref="Archive"/>; null for one file.</summary>
    internal long? ArchiveVolumeSize { get; init; }

    /// <summary>What goes into the PackageRepository manifest; null for none.</summary>
    public PackageRepositoryOptions? Manifest { get; init; }

    /// <summary>What Flux or Argo CD is told; null for nothing.</summary>
    public GitOpsOptions? GitOps { get; init; }

    /// <summary>True when the user asked for a manifest; false when it depends on the bundle having packages.</summary>
    public bool ManifestAsked { get; init; }

    /// <summary>Which artifacts go along.</summary>
    internal ArtifactChoice Artifacts { get; init; } = ArtifactChoice.All;

    /// <summary>
    /// The repository by the name that the cluster knows it by: what manifests and locks say. <see cref="Repository"/> where the cluster
    /// knows it by that.
    /// </summary>
    internal RepositoryName? ClusterRepository { get; init; }

    /// <summary>Where each image that it pins goes, beside the item's own <see cref="Repository"/>; null for nowhere else.</summary>
    internal RepositoryTemplate? Template { get; init; }

    /// <summary>What of the bundle is wanted.</summary>
    internal BundleSelection Selection { get; init; } = new();

    /// <summary>Where it goes.</summary>
    public RelocationDestination Destination => Archive is not null
        ? new RelocationDestination.Archive(Archive) { Format = ArchiveFormat, VolumeSize = ArchiveVolumeSize }
        : new RelocationDestination.Repository(Repository!);

    /// <summary>
    /// The destination as it is compared with others': the repository with the tag that will be moved, or the name in an archive of
    /// several.
    /// </summary>
    public string DestinationKey => SharesArchive ? $"{Archive} as {Reference}" : Archive ?? $"{Repository}:{Tag}";
}
