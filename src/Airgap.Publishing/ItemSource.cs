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
    private readonly SelectedBundle? _selected;
    private readonly DerivedFrom? _carried;

    private ItemSource(
        Declaration declaration, Relocator relocator, RelocationSource source, PlanOptions options, DerivedFrom? carried = null)
    {
        _declaration = declaration;
        _relocator = relocator;
        _carried = carried;
        Source = source;
        Options = options;
    }

    private ItemSource(Declaration declaration, SelectedBundle selected, ITransferObserver observer, PlanOptions options)
        : this(declaration, selected.RelocatorOf(observer), selected.Source, selected.Planning(options)) => _selected = selected;

    /// <summary>The source to plan.</summary>
    public RelocationSource Source { get; }

    /// <summary>The planning options.</summary>
    public PlanOptions Options { get; }

    /// <summary>
    /// True if the archive contains a bundle that was derived on the connected side and therefore lacks the vendor's signature.
    /// </summary>
    public bool IsCarried => _carried is not null;

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
            return new ItemSource(declaration, relocator, source, options);
        if (source is not RelocationSource.Archive from)
        {
            ImageReference reference = declaration.Reference!.Digest is null && declaration.Pin is { } pin
                ? declaration.Reference.WithDigest(pin) : declaration.Reference;
            return await SelectAsync(reference, declaration.Tag, null);
        }

        ArchiveRegistry archive = await ArchiveRegistry.OpenAsync(from, registry, cancellationToken);
        if (archive.Derived is { } carried)
        {
            // A bundle derived on the connected side is used unchanged; deriving it again could give another digest.
            return carried.Selection == declaration.Selection.ToString()
                ? new ItemSource(declaration, relocator, from, options, carried)
                : throw new AirgapException(
                    ErrorCode.SelectionMismatch,
                    $"The archive {from.Path} contains a bundle derived by another selection: {carried.Selection}, not " +
                    $"{declaration.Selection}.",
                    "Use the project that belongs to the archive, or write the archive again.")
                { Reference = declaration.Reference!.ToString() };
        }

        ArchiveMatch.Verify(declaration, await relocator.PlanAsync(from, options, cancellationToken));
        return await SelectAsync(archive.Root, archive.Tag, archive);

        async Task<ItemSource> SelectAsync(ImageReference original, string? tag, ArchiveRegistry? read) => new(
            declaration,
            await SelectedBundle.DeriveAsync(
                original, tag, declaration.Selection, declaration.Destination, registry, read, observer, observer.Warning,
                options.Concurrency, cancellationToken),
            observer, options);
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
    public Task<TransferPlan> ToVerifyAsync(TransferPlan plan, Relocator relocator, CancellationToken cancellationToken) =>
        _selected?.ToVerifyAsync(plan, _declaration.Source, relocator, cancellationToken) ?? Task.FromResult(plan);

    /// <summary>The manifests that were derived, which no registry has.</summary>
    public IEnumerable<Digest> DerivedManifests => _selected?.DerivedManifests ?? Enumerable.Empty<Digest>();

    /// <summary>The digest of the derived bundle; null for an underived one.</summary>
    public Digest? DerivedDigest => _selected?.Digest;

    /// <summary>The omitted content; null for an underived bundle.</summary>
    public DerivedReport? Report(TransferPlan plan) => _selected?.Report(plan);

    /// <inheritdoc/>
    public void Dispose() => _selected?.Dispose();
}
