using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Plans;

/// <summary>What belongs to a plan.</summary>
public sealed record PlanOptions
{
    /// <summary>True to carry layers whose media type says that they may not be redistributed.</summary>
    public bool IncludeNonDistributableLayers { get; init; }

    /// <summary>True to carry cosign signatures: the tag <c>sha256-HEX.sig</c> beside each item.</summary>
    public bool CosignSignatures { get; init; }

    /// <summary>
    /// True to carry all that is attached to each item, to the children of indexes, and to what is attached itself: cosign's tags
    /// <c>.sig</c>, <c>.att</c> and <c>.sbom</c>, and OCI 1.1 referrers. Includes <see cref="CosignSignatures"/>.
    /// </summary>
    public bool Artifacts { get; init; }

    /// <summary>True to carry of <see cref="Artifacts"/> the signatures alone.</summary>
    internal bool SignaturesOnly { get; init; }

    /// <summary>
    /// True to warn of artifacts that exist and stay behind, as far as a few requests show them
    /// (<see cref="ErrorCode.ArtifactsLeftBehind"/>).
    /// </summary>
    internal bool TellsLeftBehind { get; init; }

    /// <summary>
    /// True to read every image config, which an archive embeds. Without it only those are read that distinguish bundles from images.
    /// </summary>
    public bool EmbedConfigs { get; init; }

    /// <summary>
    /// Where the plan will go, when that is a repository: what it has of an earlier relocation of the same bundle is read there, in place
    /// of asking the source for every image again. Null to read the source alone.
    /// </summary>
    public RepositoryName? Destination { get; init; }

    /// <summary>
    /// An archive of an earlier run, which may not exist: manifests and configs that it holds are not fetched again. Only what has its
    /// digest is taken; where images are is still asked of the registries. Null for none.
    /// </summary>
    public string? EarlierArchive { get; init; }

    /// <summary>
    /// True to make a plan without the images that cannot be read (<see cref="TransferPlan.Failures"/>). What was asked for itself, the
    /// root, has to be readable.
    /// </summary>
    public bool KeepGoing { get; init; }

    /// <summary>
    /// What the source's tag is taken to stand for: this digest is relocated, under that tag, whatever the tag stands for now. Null to ask
    /// the registry. Without meaning for a source that names no tag.
    /// </summary>
    public Digest? Pin { get; init; }

    /// <summary>True to take a bundle for an image like any other: it alone is carried, and none of what it pins.</summary>
    internal bool IgnoreBundleCheck { get; init; }

    /// <summary>Of no index is anything left out.</summary>
    internal static ImmutableDictionary<Digest, ImmutableHashSet<Digest>> NothingLeft { get; } =
        ImmutableDictionary<Digest, ImmutableHashSet<Digest>>.Empty;

    /// <summary>By the digest of an index, the manifests of it that stay behind while the index stays as it is.</summary>
    internal IReadOnlyDictionary<Digest, ImmutableHashSet<Digest>> LeftOut { get; init; } = NothingLeft;

    /// <summary>
    /// What an archive is to build on: it leaves out every layer that one of these holds or names. Empty for a full archive.
    /// </summary>
    internal ImmutableArray<DeltaSource> Bases { get; init; } = [];

    /// <summary>
    /// Bytes of manifests and small blobs of a registry that are held in memory; what there is more stands in a temporary file.
    /// </summary>
    internal long HeldInMemory { get; init; } = ByteStore.DefaultBudget;

    /// <summary>Concurrent requests, 1 or more.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>The same, carrying what was chosen, and telling of what stays.</summary>
    internal PlanOptions Carrying(ArtifactChoice choice) => this with
    {
        Artifacts = choice != ArtifactChoice.None,
        SignaturesOnly = choice == ArtifactChoice.Signatures,
        TellsLeftBehind = true,
    };
}
