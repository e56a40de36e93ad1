using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>
/// Makes plans of archives. Opens no connection, because the file contains everything that a plan needs.
/// </summary>
internal sealed class ArchivePlanner
{
    private readonly IArchive _archive;
    private readonly PlanOptions _options;
    private readonly ImageFailures _failures;
    private readonly ArchivedBundles _bundles;

    /// <summary>Makes the planner of one archive, for one plan.</summary>
    public ArchivePlanner(IArchive archive, PlanOptions options)
    {
        (_archive, _options) = (archive, options);
        _failures = new ImageFailures(options.KeepGoing);
        _bundles = new ArchivedBundles(archive, _failures);
    }

    /// <summary>Selects the one item to plan; returns null for all. Null to use the source's selection.</summary>
    public Func<IReadOnlyList<ArchivedItem>, ArchivedItem?>? Choose { get; init; }

    /// <summary>The root bundle of the plan that was made; null for none.</summary>
    public BundleNode? Root { get; private set; }

    /// <summary>Makes the plan.</summary>
    /// <exception cref="AirgapException">The archive is damaged, or does not contain what was requested.</exception>
    public async Task<TransferPlan> PlanAsync(RelocationSource source, CancellationToken cancellationToken)
    {
        PlanBuilder builder = new(source, _options, _failures);
        List<ArchivedItem> archived = [];
        await foreach (ArchivedItem item in _archive.ReadItemsAsync(_options.IncludeNonDistributableLayers, _failures, cancellationToken))
        {
            archived.Add(item);
            _bundles.Add(item);
        }

        if (_archive.Foreign is { } foreign)
            builder.Warn(foreign);

        // With damaged elements, its digest of manifest.json is necessarily wrong.
        ArchiveNotes? notes = _failures.Any ? null : await _archive.ReadNotesAsync(cancellationToken);

        if (notes?.Delta is not null)
            _archive.Required.Check(_archive, archived);

        ArchivedItem? chosen = Choose is null ? ChoiceOf(source, archived) : Choose(archived);
        if (chosen is not null)
        {
            BundleNode? bundle = chosen.IsBundle && !_options.IgnoreBundleCheck
                ? await _bundles.ReadAsync(chosen, cancellationToken) : null;
            archived = ArchiveChoice.With(
                archived, chosen, (bundle?.SelfAndNested() ?? []).SelectMany(node => node.Entries)
                .Select(entry => entry.Source.Digest!.Value));
        }

        // A layout may contain several bundles that were requested one after the other.
        ArchivedItem[] roots = [.. archived.Where(item => item.IsRoot)];
        ArchivedItem? rootItem = chosen is { IsBundle: true } && !_options.IgnoreBundleCheck
            ? chosen : roots is [var marked] && (chosen is null || marked == chosen) ? marked : null;
        List<BundleNode> bundles = [];
        if (rootItem is null && !_failures.Any && !_options.IgnoreBundleCheck)
        {
            foreach (ArchivedItem item in roots)
                bundles.AddRange((await _bundles.ReadAsync(item, cancellationToken)).SelfAndNested());
            bundles.AddRange(await _bundles.ReadWholeAsync(archived, cancellationToken));
            if (_archive.InfersRoot && roots.Length == 0)
                rootItem = ArchiveChoice.TopOf(archived, bundles);
        }

        PlannedItem? root = AddItems(builder, archived, rootItem, areSeveral: roots.Length > 1);
        if (root is not null)
        {
            Root = await _bundles.ReadAsync(root.Digest, cancellationToken);
            bundles.InsertRange(0, Root.SelfAndNested());
        }

        foreach (BundleNode bundle in bundles)
            builder.AddBundle(bundle);
        foreach (Diagnostic alone in _bundles.Alone)
            builder.Warn(alone);

        ImagesLock? imagesLock = null;
        Diagnostic? warning = null;
        // In an archive with damaged elements, it is unknown what the intact ones belong to.
        if (root is null && !_failures.Any)
            (root, imagesLock, warning) = Unbundled(builder.Items, notes, isChosen: chosen is not null);

        TransferPlan plan = builder.Build(root, Blob, imagesLock) with
        {
            SourceDelta = _archive.Left,
            SourceDerived = notes?.Derived ?? [],
            IsChosen = chosen is not null
        };
        return warning is null ? plan : plan with { Warnings = plan.Warnings.Add(warning) };
    }

    // The planned item of the root; null if there is no root.
    private PlannedItem? AddItems(PlanBuilder builder, List<ArchivedItem> archived, ArchivedItem? root, bool areSeveral)
    {
        PlannedItem? found = null;
        foreach (ArchivedItem item in archived)
        {
            PlannedItem planned = new()
            {
                Source = item.Source,
                Content = item.Content,
                OriginalReference = item.OriginalReference,
                Tag = item.Tag,
                IsRootBundle = item == root || (areSeveral && item.IsRoot),
                IsBundle = item.IsBundle && (item == root || !_options.IgnoreBundleCheck),
                Owners = item.Owners,
            };
            builder.Add(planned);
            if (item == root)
                found = planned;
        }

        return found;
    }

    // The root of an archive without a bundle: the lock from which it was written, or its only image.
    private (PlannedItem? Root, ImagesLock? Lock, Diagnostic? Warning) Unbundled(
        IReadOnlyCollection<PlannedItem> items, ArchiveNotes? notes, bool isChosen)
    {
        Diagnostic? warning = null;
        ImmutableArray<PlannedItem> images = AttachedItems.Without(items);
        HashSet<Digest> digests = [.. images.Select(image => image.Digest)];
        ImagesLock? imagesLock =
            isChosen ? null : notes is null ? ArchivedLock.Find(_archive.Path, digests, out warning) : notes.ImagesLock;
        if (imagesLock is not null && !digests.SetEquals(imagesLock.Images.Select(image => image.Image.Digest!.Value)))
            throw _archive.Invalid($"the lock in its {ArchiveNotes.EntryName} lists images other than its own");

        // An archive of one image, as 'copy -i --to-tar' writes it, has that image as its requested item,
        // regardless of attached artifacts.
        return (images is [{ } only] && imagesLock is null ? only : null, imagesLock, warning);
    }

    // An archive with one item is an archive of that item, whatever its name.
    private ArchivedItem? ChoiceOf(RelocationSource source, List<ArchivedItem> archived) => source switch
    {
        RelocationSource.Archive { Item: { } wanted } => ArchiveChoice.Find(archived, wanted, _archive.Path),
        RelocationSource.Archive { Declared: { } declared } when archived.Count(item => item.IsAskedFor) > 1 =>
            ArchiveChoice.Find(archived, declared, _archive.Path),
        _ => null,
    };

    // A layer left out of the archive can be mounted from its origin, but only on the same registry.
    private PlannedBlob Blob(PlannedManifest node, Descriptor blob)
    {
        IBlobContent content = _archive.GetBlob(blob);
        return new PlannedBlob(content, content is MissingLayerContent or RequiredLayerContent ? node.Origin : null);
    }
}
