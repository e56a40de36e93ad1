using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// An item with all values read and validated: what is relocated, its destination, and its artifacts.
/// </summary>
internal sealed record Declaration
{
    /// <summary>The item.</summary>
    public required PublishItem Item { get; init; }

    /// <summary>The source of the relocation: the item itself, or the archive that contains it.</summary>
    public required RelocationSource Source { get; init; }

    /// <summary>The item's reference; that of the bundle for a BundleLock; null for an ImagesLock.</summary>
    public ImageReference? Reference { get; init; }

    /// <summary>The tag that will be moved at the destination; null for none.</summary>
    public string? Tag { get; init; }

    /// <summary>The digest to which the project's lock pins the tag; null if none.</summary>
    public Digest? Pin { get; init; }

    /// <summary>The digest to which the project's lock pins the derived bundle; null if none.</summary>
    internal Digest? DerivedPin { get; init; }

    /// <summary>
    /// The base name of its artifacts: the PackageRepository's name or the source's last path segment.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>The repository at the destination; null when only an archive is written and no registry is known.</summary>
    public RepositoryName? Repository { get; init; }

    /// <summary>Full path of the archive to write; null to relocate to <see cref="Repository"/>.</summary>
    public string? Archive { get; init; }

    /// <summary>The format of <see cref="Archive"/>.</summary>
    internal ArchiveFormat ArchiveFormat { get; init; }

    /// <summary>True if <see cref="Archive"/> is shared by all items of this project, and possibly of others.</summary>
    internal bool SharesArchive { get; init; }

    /// <summary>The maximum size of a part of <see cref="Archive"/>, in bytes; null for one file.</summary>
    internal long? ArchiveVolumeSize { get; init; }

    /// <summary>The options of the PackageRepository manifest; null for none.</summary>
    public PackageRepositoryOptions? Manifest { get; init; }

    /// <summary>The options for Flux or Argo CD; null for none.</summary>
    public GitOpsOptions? GitOps { get; init; }

    /// <summary>
    /// True when the user requested a manifest; false when it depends on whether the bundle has packages.
    /// </summary>
    public bool ManifestAsked { get; init; }

    /// <summary>Which artifacts are also copied.</summary>
    internal ArtifactChoice Artifacts { get; init; } = ArtifactChoice.All;

    /// <summary>
    /// The repository by its name in the cluster, as used in manifests and locks: <see cref="Repository"/>, unless the
    /// cluster uses another host.
    /// </summary>
    internal RepositoryName? ClusterRepository { get; init; }

    /// <summary>
    /// The template for further repositories of each pinned image, besides the item's own <see cref="Repository"/>;
    /// null for none.
    /// </summary>
    internal RepositoryTemplate? Template { get; init; }

    /// <summary>The selected packages and platforms.</summary>
    internal BundleSelection Selection { get; init; } = new();

    /// <summary>The destination.</summary>
    public RelocationDestination Destination => Archive is not null
        ? new RelocationDestination.Archive(Archive) { Format = ArchiveFormat, VolumeSize = ArchiveVolumeSize }
        : new RelocationDestination.Repository(Repository!);

    /// <summary>
    /// The destination, for comparison with other items: the repository with the tag that will be moved, or the name in
    /// a shared archive.
    /// </summary>
    public string DestinationKey => SharesArchive ? $"{Archive} as {Reference}" : Archive ?? $"{Repository}:{Tag}";
}
