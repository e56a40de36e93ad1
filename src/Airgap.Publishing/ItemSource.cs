using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Transfer;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>
/// The source of an item: the bundle itself, or the bundle derived from it by a selection of packages or platforms.
/// </summary>
internal sealed class ItemSource : IDisposable
{
    private readonly Declaration _declaration;
    private readonly Relocator _relocator;
    private readonly Derivation? _derivation;
    private readonly ArchiveRegistry? _archive;
    private readonly DerivedFrom? _carried;

    private ItemSource(Declaration declaration, Relocator relocator, RelocationSource source, PlanOptions options, Derivation? derivation,
        ArchiveRegistry? archive, DerivedFrom? carried)
    {
        _declaration = declaration;
        _relocator = relocator;
        _derivation = derivation;
        _archive = archive;
        _carried = carried;
        Source = source;
        Options = options;
    }

    /// <summary>The source to plan.</summary>
    public RelocationSource Source { get; }

    /// <summary>The planning options.</summary>
    public PlanOptions Options { get; }

    /// <summary>Derives the item's selection; without a selection, it sends no requests.</summary>
    /// <exception cref="AirgapException">What <see cref="Deriver.DeriveAsync"/> throws;
    /// <see cref="ErrorCode.SelectionMismatch"/>: an archive contains a bundle derived by another
    /// selection.</exception>
    public static async Task<ItemSource> CreateAsync(
        Declaration declaration, IRegistry registry, Relocator relocator, ITransferObserver observer, PlanOptions options,
        CancellationToken cancellationToken)
    {
        RelocationSource source = declaration is
        {
            Source: RelocationSource.Archive { Declared: { Digest: null } named } archived,
            Pin: { } pinned
        } ? archived with { Declared = named.WithDigest(pinned) } : declaration.Source;
        if (declaration.Selection.IsEmpty)
            return new ItemSource(declaration, relocator, source, options, null, null, null);
        if (source is not RelocationSource.Archive from)
        {
            ImageReference reference = declaration.Reference!.Digest is null && declaration.Pin is { } pin
                ? declaration.Reference.WithDigest(pin) : declaration.Reference;
            Derivation derivation = await DeriveAsync(
                registry, reference, declaration.Tag, declaration, observer, options, cancellationToken);
            return new ItemSource(declaration, new Relocator(derivation.Over(registry), observer), derivation.Source,
                derivation.Planning(options), derivation, null, null);
        }

        ArchiveRegistry archive = await ArchiveRegistry.OpenAsync(from, registry, cancellationToken);
        if (archive.Derived is { } carried)
        {
            // A bundle derived on the connected side is used unchanged; deriving it again could give another digest.
            return carried.Selection == declaration.Selection.ToString()
                ? new ItemSource(declaration, relocator, from, options, null, null, carried)
                : throw new AirgapException(
                    ErrorCode.SelectionMismatch,
                    $"The archive {from.Path} contains a bundle derived by another selection: {carried.Selection}, not " +
                    $"{declaration.Selection}.",
                    "Use the project that belongs to the archive, or write the archive again.")
                { Reference = declaration.Reference!.ToString() };
        }

        ArchiveMatch.Verify(declaration, await relocator.PlanAsync(from, options, cancellationToken));
        Derivation derived = await DeriveAsync(archive, archive.Root, archive.Tag, declaration, observer, options, cancellationToken);
        // As without a selection, the rest of the archive is copied, too.
        PlanOptions planning = derived.Planning(options.Carrying(ArtifactChoice.All)) with { Destination = null };
        return new ItemSource(declaration, new Relocator(derived.Over(archive), observer), derived.Source, planning,
            derived, archive, null);
    }

    /// <summary>Makes the plan.</summary>
    public Task<TransferPlan> PlanAsync(CancellationToken cancellationToken) => _relocator.PlanAsync(Source, Options, cancellationToken);

    /// <summary>Checks that an archive contains what the item declares.</summary>
    /// <exception cref="AirgapException">What <see cref="ArchiveMatch.Verify"/> throws.</exception>
    public void Verify(TransferPlan plan) => ArchiveMatch.Verify(_declaration, plan, _carried?.From);

    /// <summary>
    /// The plan whose signatures are verified: for a derived bundle, that of the original, since the new bundle cannot
    /// be signed yet.
    /// </summary>
    /// <param name="plan">The plan of the relocation.</param>
    /// <param name="relocator">Reads the archive of the original bundle.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public async Task<TransferPlan> ToVerifyAsync(TransferPlan plan, Relocator relocator, CancellationToken cancellationToken) =>
        _derivation is null ? plan
        : _archive is null ? _derivation.ToVerify(plan, null)
        : _derivation.ToVerify(plan,
            await relocator.PlanAsync(_declaration.Source, new PlanOptions { EmbedConfigs = true }, cancellationToken));

    /// <summary>What is left out; null for an underived bundle.</summary>
    public DerivedReport? Report(TransferPlan plan) =>
        _derivation is null ? null
            : DerivedReport.Of(_derivation, _archive is null ? null : Math.Max(0, _archive.TotalBytes - plan.TotalBytes));

    /// <inheritdoc/>
    public void Dispose() => _derivation?.Dispose();

    private static async Task<Derivation> DeriveAsync(
        IRegistry registry, ImageReference reference, string? tag, Declaration declaration, ITransferObserver observer, PlanOptions options,
        CancellationToken cancellationToken)
    {
        using Deriver deriver = new(registry, declaration.Selection, observer, options.Concurrency);
        Derivation derivation = await deriver.DeriveAsync(reference, tag, cancellationToken);
        foreach (Diagnostic warning in derivation.WarningsOf(declaration.Destination))
            observer.Warning(warning);
        return derivation;
    }
}
