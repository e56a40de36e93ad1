using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing;
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
    private readonly SelectedBundle? _selected;

    private SelectedSource(
        RelocationSource source, IRegistry registry, ITransferObserver observer, SelectedBundle? selected = null)
    {
        _source = source;
        _registry = registry;
        _observer = observer;
        _selected = selected;
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
        SelectedBundle selected = await SelectedBundle.DeriveAsync(
            reference, tag, selection, destination, registry, archive, observer, session.Warn, concurrency, cancellationToken);
        return new SelectedSource(source, registry, observer, selected);
    }

    /// <summary>The manifests that were derived, which no registry has.</summary>
    public IReadOnlySet<Digest> DerivedManifests => _selected?.DerivedManifests ?? ImmutableHashSet<Digest>.Empty;

    /// <summary>Makes the plan.</summary>
    public async Task<TransferPlan> PlanAsync(PlanOptions options, CancellationToken cancellationToken)
    {
        if (_selected is null)
            return await new Relocator(_registry, _observer).PlanAsync(_source, options, cancellationToken);
        TransferPlan plan = await _selected.RelocatorOf(_observer)
            .PlanAsync(_selected.Source, _selected.Planning(options), cancellationToken);
        Derived = _selected.Report(plan);
        return plan with { SourceDerived = _selected.Carried };
    }

    /// <summary>The plan whose signatures are verified: for a derived bundle, that of the original.</summary>
    public Task<TransferPlan> ToVerifyAsync(TransferPlan plan, CancellationToken cancellationToken) =>
        _selected?.ToVerifyAsync(plan, _source, new Relocator(_registry), cancellationToken) ?? Task.FromResult(plan);

    /// <inheritdoc/>
    public void Dispose() => _selected?.Dispose();
}
