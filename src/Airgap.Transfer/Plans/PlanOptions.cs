using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Plans;

/// <summary>The options of a plan.</summary>
public sealed record PlanOptions
{
    /// <summary>True to copy layers whose media type marks them as non-distributable.</summary>
    public bool IncludeNonDistributableLayers { get; init; }

    /// <summary>True to copy cosign signatures: the tag <c>sha256-HEX.sig</c> of each item.</summary>
    public bool CosignSignatures { get; init; }

    /// <summary>
    /// True to copy everything attached to each item, to the children of indexes, and to attached artifacts: cosign's
    /// tags <c>.sig</c>, <c>.att</c> and <c>.sbom</c>, and OCI 1.1 referrers. Includes <see cref="CosignSignatures"/>.
    /// </summary>
    public bool Artifacts { get; init; }

    /// <summary>True to copy only the signatures of <see cref="Artifacts"/>.</summary>
    internal bool SignaturesOnly { get; init; }

    /// <summary>
    /// True to warn about artifacts that are left behind, as far as a few requests show them
    /// (<see cref="ErrorCode.ArtifactsLeftBehind"/>).
    /// </summary>
    internal bool TellsLeftBehind { get; init; }

    /// <summary>
    /// True to read every image config, which an archive embeds. Without it, only the configs needed to distinguish
    /// bundles from images are read.
    /// </summary>
    internal bool EmbedConfigs { get; init; }

    /// <summary>
    /// The destination of the plan, if it is a repository: content of an earlier relocation of the same bundle is read
    /// there instead of requesting every image from the source again. Null to read only the source.
    /// </summary>
    public RepositoryName? Destination { get; init; }

    /// <summary>
    /// Opens uploads at the <see cref="Destination"/> while the plan of a small bundle is being made; null to only read. Belongs to the
    /// caller, who carries out the plan whatever it says.
    /// </summary>
    internal UploadsAhead? UploadsAhead { get; init; }

    /// <summary>
    /// An archive of an earlier run, which may not exist: manifests and configs that it contains are not fetched again.
    /// Only content with the right digest is reused; the locations of images are still requested from the registries.
    /// Null for none.
    /// </summary>
    internal string? EarlierArchive { get; init; }

    /// <summary>
    /// Plans of earlier runs: their manifests and configs are not fetched again. They do not show whether the destination has them.
    /// </summary>
    internal ImmutableArray<TransferPlan> EarlierPlans { get; init; } = [];

    /// <summary>
    /// True to make a plan without the images that cannot be read (<see cref="TransferPlan.Failures"/>). The requested
    /// root itself must be readable.
    /// </summary>
    public bool KeepGoing { get; init; }

    /// <summary>
    /// The pinned digest of the source's tag: this digest is relocated under that tag, even if the tag has moved. Null
    /// to resolve the tag. Ignored for a source without a tag.
    /// </summary>
    public Digest? Pin { get; init; }

    /// <summary>
    /// True to treat a bundle as a plain image: only the bundle itself is copied, nothing that it pins.
    /// </summary>
    internal bool IgnoreBundleCheck { get; init; }

    /// <summary>The value for indexes without omitted manifests.</summary>
    internal static ImmutableDictionary<Digest, ImmutableHashSet<Digest>> NothingLeft { get; } =
        ImmutableDictionary<Digest, ImmutableHashSet<Digest>>.Empty;

    /// <summary>The omitted manifests of each unchanged index, by the index's digest.</summary>
    internal IReadOnlyDictionary<Digest, ImmutableHashSet<Digest>> LeftOut { get; init; } = NothingLeft;

    /// <summary>The manifests that a selection made (<see cref="TransferPlan.Derived"/>).</summary>
    internal ImmutableArray<DerivedManifest> Derived { get; init; } = [];

    /// <summary>
    /// The bases of an archive: it leaves out every layer that one of these contains or names. Empty for a full
    /// archive.
    /// </summary>
    internal ImmutableArray<DeltaSource> Bases { get; init; } = [];

    /// <summary>
    /// The memory budget for manifests and small blobs of a registry, in bytes; the rest goes to a temporary file.
    /// </summary>
    internal long HeldInMemory { get; init; } = ByteStore.DefaultBudget;

    /// <summary>The number of concurrent requests, 1 or more.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>These options, but copying the selected artifacts and reporting those left behind.</summary>
    internal PlanOptions Carrying(ArtifactChoice choice) => this with
    {
        Artifacts = choice != ArtifactChoice.None,
        SignaturesOnly = choice == ArtifactChoice.Signatures,
        TellsLeftBehind = true,
    };
}
