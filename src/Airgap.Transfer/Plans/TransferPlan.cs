using System.Collections.Immutable;
using System.Diagnostics;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Plans;

/// <summary>Everything that a relocation will move, determined before the first byte of a layer moves.</summary>
public sealed record TransferPlan
{
    /// <summary>The source of the plan.</summary>
    public required RelocationSource Source { get; init; }

    /// <summary>The images, indexes and bundles, each once, ordered by digest and then by source reference.</summary>
    public required ImmutableArray<PlannedItem> Items { get; init; }

    /// <summary>The requested bundle or single image; null for an ImagesLock, or an archive without a root.</summary>
    public PlannedItem? Root { get; init; }

    /// <summary>The bundles, the root first, each once. Each gets a locations image in a registry.</summary>
    internal ImmutableArray<PlannedBundle> Bundles { get; init; } = [];

    /// <summary>The distinct blobs to move (configs and layers), in ascending order of digest.</summary>
    internal ImmutableArray<PlannedBlob> Blobs { get; init; } = [];

    /// <summary>Non-distributable layers that are left out.</summary>
    internal ImmutableArray<SkippedLayer> SkippedLayers { get; init; } = [];

    /// <summary>
    /// The ImagesLock given as the source, or from which the archive was made, in its order and with its annotations;
    /// null for other sources.
    /// </summary>
    internal ImagesLock? ImagesLock { get; init; }

    /// <summary>
    /// The images that could not be read and that the plan leaves out; empty unless <see cref="PlanOptions.KeepGoing"/> is set.
    /// </summary>
    public ImmutableArray<FailedImage> Failures { get; init; } = [];

    /// <summary>Warnings to show before the transfer.</summary>
    public ImmutableArray<Diagnostic> Warnings { get; init; } = [];

    /// <summary>The requirements of the archive that this plan writes; null for a full one.</summary>
    internal DeltaNotes? Delta { get; init; }

    /// <summary>
    /// The requirements of the archive that this plan was read from; null for a full one, or no archive.
    /// </summary>
    internal DeltaNotes? SourceDelta { get; init; }

    /// <summary>The manifests that this run's selection made; an archive that is written records them.</summary>
    internal ImmutableArray<DerivedManifest> Derived { get; init; } = [];

    /// <summary>
    /// The manifests that a selection made, as the archive records that this plan was read from. Only its signature proves them.
    /// </summary>
    internal ImmutableArray<DerivedManifest> SourceDerived { get; init; } = [];

    /// <summary>True if one item of an archive was selected, so that the rest is not copied.</summary>
    internal bool IsChosen { get; init; }

    /// <summary>The state requested from the destination during planning; null for none.</summary>
    internal DestinationState? State { get; init; }

    /// <summary>The tracing span of the planning, which the transfer continues if no other span is current.</summary>
    internal ActivityContext Trace { get; init; }

    /// <summary>The number of retries during planning.</summary>
    internal long Retries { get; init; }

    /// <summary>Length of all blobs, in bytes.</summary>
    public long TotalBytes => Blobs.Sum(blob => blob.Descriptor.Size);

    /// <summary>The root bundle with its content; null when the source is not a bundle.</summary>
    internal PlannedBundle? RootBundle =>
        Root is { IsBundle: true } ? Bundles.FirstOrDefault(bundle => bundle.Digest == Root.Digest) : null;
}

/// <summary>One image, index or bundle of a plan.</summary>
public sealed record PlannedItem
{
    /// <summary>Its source, by digest.</summary>
    public required ImageReference Source { get; init; }

    /// <summary>Its manifest, with all its descendants.</summary>
    public required PlannedManifest Content { get; init; }

    /// <summary>The reference that a bundle recorded for it, with short names expanded; empty if none did.</summary>
    public string OriginalReference { get; init; } = "";

    /// <summary>The tag it keeps at the destination (the user's, or a signature's); null for none.</summary>
    public string? Tag { get; init; }

    /// <summary>True for the requested bundle.</summary>
    public bool IsRootBundle { get; init; }

    /// <summary>True for a bundle, root or nested.</summary>
    public bool IsBundle { get; init; }

    /// <summary>
    /// For an image that was itself requested in an archive of several: the projects that requested it, in order,
    /// separated by spaces; empty if no project is known. Null for any other image.
    /// </summary>
    internal string? Owners { get; init; }

    /// <summary>The manifest's digest.</summary>
    public Digest Digest => Content.Manifest.Digest;

    /// <summary>Size of the manifest, configs and layers to move, each counted once, in bytes.</summary>
    public long Size => Content.SelfAndDescendants().SelectMany(node => node.Blobs).DistinctBy(blob => blob.Digest).Sum(blob => blob.Size)
        + Content.SelfAndDescendants().DistinctBy(node => node.Manifest.Digest).Sum(node => node.Manifest.Descriptor.Size);
}

/// <summary>A manifest of a plan, with the content that must precede it at the destination.</summary>
public sealed record PlannedManifest
{
    /// <summary>Blobs up to this length, in bytes, are read into memory: configs, and the layers of most bundles.</summary>
    internal const int SmallBlob = 4 * 1024 * 1024;

    /// <summary>The manifest.</summary>
    public required Manifest Manifest { get; init; }

    /// <summary>Its repository.</summary>
    public required RepositoryName Origin { get; init; }

    /// <summary>The config and layers to move; empty for an index.</summary>
    public ImmutableArray<Descriptor> Blobs { get; init; } = [];

    /// <summary>The manifests of an index that are moved, in its order.</summary>
    public ImmutableArray<PlannedManifest> Children { get; init; } = [];

    /// <summary>
    /// The manifests that an index lists but that are omitted by choice; empty for an index that is moved completely.
    /// </summary>
    internal IEnumerable<Digest> LeftOut => Children.Length == Manifest.Manifests.Length ? []
        : Manifest.Manifests.Select(child => child.Digest).Except(Children.Select(child => child.Manifest.Digest));

    /// <summary><see cref="LeftOut"/> of this manifest and of all its descendants, each digest once.</summary>
    internal ImmutableArray<Digest> AllLeftOut =>
        Manifest.IsIndex ? [.. SelfAndDescendants().SelectMany(node => node.LeftOut).Distinct()] : [];

    /// <summary>The config's bytes, if they were read; otherwise null.</summary>
    internal ReadOnlyMemory<byte>? Config
    {
        get => StoredConfig?.Bytes;
        init => StoredConfig = value is { } bytes ? new StoredBytes(bytes) : null;
    }

    /// <summary>The config's bytes, not yet read if they are in a temporary file.</summary>
    internal StoredBytes? StoredConfig { get; init; }

    /// <summary>
    /// This manifest and all its descendants, parents before children; a repeated manifest is returned repeatedly.
    /// </summary>
    public IEnumerable<PlannedManifest> SelfAndDescendants() => Children.SelectMany(child => child.SelfAndDescendants()).Prepend(this);

    /// <summary>An image with its config and the layers to move.</summary>
    internal static PlannedManifest FromImage(RepositoryName origin, Manifest image, StoredBytes? config, bool includeNonDistributable) =>
        new()
        {
            Manifest = image,
            Origin = origin,
            StoredConfig = config,
            Blobs =
            [
                image.Config!,
                .. image.Layers.Where(layer => includeNonDistributable || !MediaTypes.IsNonDistributable(layer.MediaType)),
            ],
        };
}

/// <summary>A blob of a plan.</summary>
/// <param name="Content">Its bytes, opened when they are needed.</param>
/// <param name="Origin">A repository that has it; null when it comes from an archive.</param>
internal sealed record PlannedBlob(IBlobContent Content, RepositoryName? Origin)
{
    /// <summary>Digest, size and media type.</summary>
    public Descriptor Descriptor => Content.Descriptor;
}
