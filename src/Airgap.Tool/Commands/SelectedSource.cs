using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Artifacts;
using Airgap.Tool.Running;
using Airgap.Transfer;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Plans;

namespace Airgap.Tool.Commands;

/// <summary>The part of a bundle that <c>copy</c> selects, and its planning.</summary>
internal sealed class SelectedSource : IDisposable
{
    private readonly RelocationSource _source;
    private readonly IRegistry _registry;
    private readonly ITransferObserver _observer;
    private readonly Derivation? _derivation;
    private readonly ArchiveRegistry? _archive;

    private SelectedSource(RelocationSource source, IRegistry registry, ITransferObserver observer, Derivation? derivation = null,
        ArchiveRegistry? archive = null)
    {
        _source = source;
        _registry = registry;
        _observer = observer;
        _derivation = derivation;
        _archive = archive;
    }

    /// <summary>The derived bundle; null when everything is copied.</summary>
    public DerivedReport? Derived { get; private set; }

    /// <summary>Derives the selected bundle; without a selection, it sends no request.</summary>
    /// <exception cref="AirgapException">What <see cref="Deriver.DeriveAsync"/> throws;
    /// <see cref="ErrorCode.IncompatibleOptions"/>.</exception>
    public static async Task<SelectedSource> CreateAsync(
        RelocationSource source, RelocationDestination destination, BundleSelection selection, IRegistry registry,
        ITransferObserver observer, int concurrency, Session session, CancellationToken cancellationToken)
    {
        if (selection.IsEmpty)
            return new SelectedSource(source, registry, observer);
        ArchiveRegistry? archive = source is RelocationSource.Archive from
            ? await ArchiveRegistry.OpenAsync(from, registry, cancellationToken) : null;
        (ImageReference reference, string? tag) = source switch
        {
            RelocationSource.Archive => (archive!.Root, archive.Tag),
            RelocationSource.Bundle { Reference: var bundle } => (bundle, bundle.Digest is null ? bundle.Tag : null),
            _ => throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Packages and platforms can only be selected from a bundle",
                "Name the bundle with -b, or an archive of a bundle."),
        };
        using Deriver deriver = new(archive ?? registry, selection, observer, concurrency);
        Derivation derivation = await deriver.DeriveAsync(reference, tag, cancellationToken);
        foreach (Diagnostic warning in derivation.WarningsOf(destination))
            session.Warn(warning);
        return new SelectedSource(source, registry, observer, derivation, archive);
    }

    /// <summary>The manifests that were derived, which no registry has.</summary>
    public IReadOnlySet<Digest> DerivedManifests => (_derivation?.Originals.Keys ?? []).ToHashSet();

    /// <summary>Makes the plan.</summary>
    public async Task<TransferPlan> PlanAsync(PlanOptions options, CancellationToken cancellationToken)
    {
        if (_derivation is null)
            return await new Relocator(_registry, _observer).PlanAsync(_source, options, cancellationToken);
        // As without a selection, the rest of an archive is copied, too.
        PlanOptions planning = _derivation.Planning(
            _archive is null ? options : options.Carrying(ArtifactChoice.All) with { Destination = null });
        TransferPlan plan = await new Relocator(_derivation.Over(_archive ?? _registry), _observer)
            .PlanAsync(_derivation.Source, planning, cancellationToken);
        Derived = DerivedReport.Of(_derivation, _archive is null ? null : Math.Max(0, _archive.TotalBytes - plan.TotalBytes));
        return plan;
    }

    /// <summary>The plan whose signatures are verified: for a derived bundle, that of the original.</summary>
    public async Task<TransferPlan> ToVerifyAsync(TransferPlan plan, CancellationToken cancellationToken) =>
        _derivation is null ? plan
        : _archive is null ? _derivation.ToVerify(plan, null)
        : _derivation.ToVerify(plan,
            await new Relocator(_registry).PlanAsync(_source, new PlanOptions { EmbedConfigs = true }, cancellationToken));

    /// <inheritdoc/>
    public void Dispose() => _derivation?.Dispose();
}
