using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Artifacts;
using Airgap.Transfer;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>A bundle derived by a selection of packages or platforms, and how it is planned, verified and reported.</summary>
internal sealed class SelectedBundle : IDisposable
{
    private readonly Derivation _derivation;
    private readonly IRegistry _registry;
    private readonly ArchiveRegistry? _archive;

    private SelectedBundle(Derivation derivation, IRegistry registry, ArchiveRegistry? archive)
    {
        _derivation = derivation;
        _registry = archive ?? registry;
        _archive = archive;
    }

    /// <summary>The source to plan.</summary>
    public RelocationSource Source => _derivation.Source;

    /// <summary>The digest of the derived bundle.</summary>
    public Digest Digest => _derivation.Digest;

    /// <summary>The manifests that were derived, which no registry has.</summary>
    public IReadOnlySet<Digest> DerivedManifests => _derivation.Originals.Select(same => same.Key).ToHashSet();

    /// <summary>What the source archive records as derived before; empty for none.</summary>
    public ImmutableArray<DerivedManifest> Carried => _archive?.Made ?? [];

    /// <summary>Derives the bundle.</summary>
    /// <param name="original">The original bundle; that of the archive, if there is one.</param>
    /// <param name="tag">The tag of the derived bundle; null for none.</param>
    /// <param name="selection">The selection.</param>
    /// <param name="destination">The destination, which decides on warnings.</param>
    /// <param name="registry">The source registries.</param>
    /// <param name="archive">The archive to read instead; null for none.</param>
    /// <param name="observer">Receives events.</param>
    /// <param name="warn">Receives the warnings.</param>
    /// <param name="concurrency">The number of concurrent requests.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="AirgapException">What <see cref="Deriver.DeriveAsync"/> throws.</exception>
    public static async Task<SelectedBundle> DeriveAsync(
        ImageReference original, string? tag, BundleSelection selection, RelocationDestination destination, IRegistry registry,
        ArchiveRegistry? archive, ITransferObserver observer, Action<Diagnostic> warn, int concurrency, CancellationToken cancellationToken)
    {
        using Deriver deriver = new(archive ?? registry, selection, observer, concurrency);
        Derivation derivation = await deriver.DeriveAsync(original, tag, cancellationToken);
        foreach (Diagnostic warning in derivation.WarningsOf(destination))
            warn(warning);
        return new SelectedBundle(derivation, registry, archive);
    }

    /// <summary>The relocator that reads the derived bundle, and all else from the original's source.</summary>
    public Relocator RelocatorOf(ITransferObserver observer) => new(_derivation.Over(_registry), observer);

    /// <summary>The planning options. As without a selection, the rest of an archive is copied, too.</summary>
    public PlanOptions Planning(PlanOptions options) => _derivation.Planning(
        _archive is null ? options : options.Carrying(ArtifactChoice.All) with { Destination = null });

    /// <summary>The plan whose signatures are verified: that of the original, since the derived bundle cannot be signed yet.</summary>
    /// <param name="plan">The plan of the relocation.</param>
    /// <param name="source">The original's source.</param>
    /// <param name="relocator">Reads the archive of the original.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public async Task<TransferPlan> ToVerifyAsync(
        TransferPlan plan, RelocationSource source, Relocator relocator, CancellationToken cancellationToken) =>
        _derivation.ToVerify(plan, _archive is null
            ? null : await relocator.PlanAsync(source, new PlanOptions { EmbedConfigs = true }, cancellationToken));

    /// <summary>The omitted content.</summary>
    public DerivedReport Report(TransferPlan plan) =>
        DerivedReport.Of(_derivation, _archive is null ? null : Math.Max(0, _archive.TotalBytes - plan.TotalBytes));

    /// <inheritdoc/>
    public void Dispose() => _derivation.Dispose();
}
