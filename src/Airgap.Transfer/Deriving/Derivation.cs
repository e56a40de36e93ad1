using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Producing;
using Airgap.Transfer.Pushing;

namespace Airgap.Transfer.Deriving;

/// <summary>
/// A bundle derived from another, not yet in any registry, with what was left out. Its bytes are available until it is
/// disposed.
/// </summary>
internal sealed class Derivation : IDisposable
{
    /// <summary>The original bundle, by digest.</summary>
    public required ImageReference Original { get; init; }

    /// <summary>The requested tag of the bundle; null for a digest.</summary>
    public string? Tag { get; init; }

    /// <summary>The derived bundle's digest: that of the original if nothing is left out.</summary>
    public required Digest Digest { get; init; }

    /// <summary>The selection in one line.</summary>
    public required string Selection { get; init; }

    /// <summary>The included package versions, as <c>NAME VERSION</c>.</summary>
    public ImmutableArray<string> Packages { get; init; } = [];

    /// <summary>The package versions left out.</summary>
    public ImmutableArray<string> LeftPackages { get; init; } = [];

    /// <summary>The included entries of the root's lock.</summary>
    public int Images { get; init; }

    /// <summary>The entries of the root's lock left out, as in the lock.</summary>
    public ImmutableArray<string> LeftImages { get; init; } = [];

    /// <summary>The images of other platforms left out of indexes, each once.</summary>
    public int LeftPlatforms { get; init; }

    /// <summary>
    /// The omitted images of each unchanged index, by its digest; empty if indexes are rewritten.
    /// </summary>
    public IReadOnlyDictionary<Digest, ImmutableHashSet<Digest>> Sparse { get; init; } = PlanOptions.NothingLeft;

    /// <summary>Included images that no selected package names.</summary>
    public ImmutableArray<KeptImage> Unproven { get; init; } = [];

    /// <summary>The warnings.</summary>
    public ImmutableArray<Diagnostic> Warnings { get; init; } = [];

    /// <summary>The warnings, with those that apply only to an archive.</summary>
    public IEnumerable<Diagnostic> WarningsOf(RelocationDestination? destination) =>
        destination is not RelocationDestination.Archive || Sparse.Count == 0 ? Warnings : Warnings.Add(new Diagnostic(
            ErrorCode.SparseArchive,
            $"{Sparse.Count} {(Sparse.Count == 1 ? "index lists" : "indexes list")} images that are omitted: imgpkg copies only complete " +
            "indexes, and registries such as docker-registry 2.8 refuse others.",
            $"If the registry behind the air gap refuses them, {AdviceTerms.RewrittenPlatforms}."));

    /// <summary>True if the whole original is selected, so that the original itself is relocated.</summary>
    public bool IsUnchanged => Original.Digest == Digest && Sparse.Count == 0;

    /// <summary>
    /// The originals by the digest of the derived manifest: only originals can be signed. Two indexes may leave the same image; then each
    /// of them counts, and the image itself if the lock pins it, too.
    /// </summary>
    internal ILookup<Digest, OriginalManifest> Originals { get; init; } =
        Array.Empty<OriginalManifest>().ToLookup(original => original.Manifest.Digest);

    /// <summary>The derived manifests, for the record of an archive.</summary>
    internal ImmutableArray<DerivedManifest> Made { get; init; } = [];

    /// <summary>The packed bytes of derived bundles.</summary>
    internal ImmutableArray<PackedImage> Packed { get; init; } = [];

    /// <summary>The local content of repositories, in addition to their own.</summary>
    internal IReadOnlyDictionary<RepositoryName, LocalContent> Local { get; init; } =
        ImmutableDictionary<RepositoryName, LocalContent>.Empty;

    /// <summary>The source to relocate, under the requested tag.</summary>
    public RelocationSource Source =>
        new RelocationSource.Bundle(Tag is { } tag ? ImageReference.ByTag(Original.Repository, tag) : Original.WithDigest(Digest));

    /// <summary>The options of a plan of it.</summary>
    /// <param name="options">Those of a plan of the original.</param>
    /// <remarks>
    /// No requests are sent during planning to a repository that is both source and destination, because it has no derived content
    /// before the transfer.
    /// </remarks>
    public PlanOptions Planning(PlanOptions options) => options with
    {
        Pin = Digest,
        LeftOut = Sparse,
        Derived = Made,
        Destination = options.Destination is { } destination && Local.ContainsKey(destination) ? null : options.Destination
    };

    /// <summary>
    /// The plan with the originals instead of the derived manifests, to verify their signatures: the derived ones are
    /// not signed.
    /// </summary>
    /// <param name="plan">The plan of the derived bundle.</param>
    /// <param name="whole">The plan of the original archive; null if registries have the signatures.</param>
    public TransferPlan ToVerify(TransferPlan plan, TransferPlan? whole)
    {
        if (whole is not null)
        {
            HashSet<Digest> requested = [.. plan.Items.SelectMany(item => Originals.Contains(item.Digest)
                ? Originals[item.Digest].Select(original => original.Manifest.Digest) : [item.Digest])];
            ILookup<bool, PlannedItem> kept = whole.Items.ToLookup(item => requested.Contains(item.Digest));
            HashSet<PlannedItem> attached = AttachedItems.To(kept[true], kept[false]);
            return whole with { Items = [.. whole.Items.Where(item => requested.Contains(item.Digest) || attached.Contains(item))] };
        }

        return plan with
        {
            Items = [.. plan.Items.SelectMany(OriginalsOf)],
            Root = plan.Root is { } root ? OriginalsOf(root).First() : null
        };
    }

    private IEnumerable<PlannedItem> OriginalsOf(PlannedItem item) => !Originals.Contains(item.Digest) ? [item]
        : Originals[item.Digest].Select(original => item with
        {
            Source = ImageReference.ByDigest(original.Origin, original.Manifest.Digest),
            Content = new PlannedManifest { Manifest = original.Manifest, Origin = original.Origin }
        });

    /// <summary>
    /// The registries as if the bundle had been pushed next to the original, for planning. The transfer uses the actual
    /// registries.
    /// </summary>
    public IRegistry Over(IRegistry registry) => new ProducedRegistry(registry, Local);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PackedImage packed in Packed)
            packed.Dispose();
    }
}
