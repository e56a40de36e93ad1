using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>
/// Makes plans of archives. Opens no connection, because the file contains everything that a plan needs.
/// </summary>
internal sealed class ArchivePlanner(IArchive archive, PlanOptions options)
{
    private readonly Dictionary<Digest, BundleNode> _bundles = [];
    private readonly Dictionary<Digest, ArchivedItem> _items = [];
    private readonly ImageFailures _failures = new(options.KeepGoing);

    private readonly List<Diagnostic> _alone = [];

    private bool _goesOnWithout = true;

    /// <summary>Selects the one item to plan; returns null for all. Null to follow the source.</summary>
    public Func<IReadOnlyList<ArchivedItem>, ArchivedItem?>? Choose { get; init; }

    /// <summary>The root bundle of the plan that was made; null for none.</summary>
    public BundleNode? Root { get; private set; }

    public async Task<TransferPlan> PlanAsync(RelocationSource source, CancellationToken cancellationToken)
    {
        PlanBuilder builder = new(source, options, _failures);
        PlannedItem? root = null;
        List<ArchivedItem> archived = [];
        await foreach (ArchivedItem item in archive.ReadItemsAsync(options.IncludeNonDistributableLayers, _failures, cancellationToken))
        {
            archived.Add(item);
            _items.TryAdd(item.Content.Manifest.Digest, item);
        }

        if (archive.Foreign is { } foreign)
            builder.Warn(foreign);

        // With damaged elements, its digest of manifest.json is necessarily wrong.
        ArchiveNotes? notes = _failures.Any ? null : await archive.ReadNotesAsync(cancellationToken);

        if (notes?.Delta is not null)
            archive.Required.Check(archive, archived);

        ArchivedItem? chosen = Choose is null ? ChoiceOf(source, archived) : Choose(archived);
        if (chosen is not null)
        {
            BundleNode? bundle = chosen.IsBundle && !options.IgnoreBundleCheck
                ? await ExpandAsync(chosen, level: 1, cancellationToken) : null;
            archived = ArchiveChoice.With(
                archived, chosen, (bundle?.SelfAndNested() ?? []).SelectMany(node => node.Entries)
                .Select(entry => entry.Source.Digest!.Value));
        }

        // A layout may contain several bundles that were requested one after the other.
        ArchivedItem[] roots = [.. archived.Where(item => item.IsRoot)];
        ArchivedItem? rootItem = chosen is { IsBundle: true } && !options.IgnoreBundleCheck
            ? chosen : roots is [var marked] && (chosen is null || marked == chosen) ? marked : null;
        List<BundleNode> bundles = [];
        if (rootItem is null && !_failures.Any && !options.IgnoreBundleCheck)
        {
            foreach (ArchivedItem item in roots)
                bundles.AddRange((await ExpandAsync(item, level: 1, cancellationToken)).SelfAndNested());
            bundles.AddRange(await WithoutRootAsync(archived, cancellationToken));
            if (archive.InfersRoot && roots.Length == 0)
                rootItem = ArchiveChoice.TopOf(archived, bundles);
        }

        foreach (ArchivedItem item in archived)
        {
            PlannedItem planned = new()
            {
                Source = item.Source,
                Content = item.Content,
                OriginalReference = item.OriginalReference,
                Tag = item.Tag,
                IsRootBundle = item == rootItem || (roots.Length > 1 && item.IsRoot),
                IsBundle = item.IsBundle && (item == rootItem || !options.IgnoreBundleCheck),
                Owners = item.Owners,
            };
            builder.Add(planned);
            if (item == rootItem)
                root = planned;
        }

        if (root is not null)
        {
            Root = await ExpandAsync(_items[root.Digest], level: 1, cancellationToken);
            foreach (BundleNode bundle in Root.SelfAndNested())
                builder.AddBundle(bundle);
        }

        foreach (BundleNode bundle in bundles)
            builder.AddBundle(bundle);
        _alone.ForEach(builder.Warn);

        ImagesLock? imagesLock = null;
        Diagnostic? warning = null;
        // In an archive with damaged elements, it is unknown what the intact ones belong to.
        if (root is null && !_failures.Any)
        {
            ImmutableArray<PlannedItem> images = AttachedItems.Without(builder.Items);
            HashSet<Digest> digests = [.. images.Select(image => image.Digest)];
            imagesLock = chosen is not null
                ? null : notes is null ? ArchivedLock.Find(archive.Path, digests, out warning) : notes.ImagesLock;
            if (imagesLock is not null && !digests.SetEquals(imagesLock.Images.Select(image => image.Image.Digest!.Value)))
                throw archive.Invalid($"the lock in its {ArchiveNotes.EntryName} lists images other than its own");

            // An archive of one image, as 'copy -i --to-tar' writes it, has that image as its requested item,
            // regardless of attached artifacts.
            root = images is [{ } only] && imagesLock is null ? only : null;
        }

        TransferPlan plan = builder.Build(root, Blob, imagesLock) with { SourceDelta = archive.Left, IsChosen = chosen is not null };
        return warning is null ? plan : plan with { Warnings = plan.Warnings.Add(warning) };
    }

    // An archive with one item is an archive of that item, whatever its name.
    private ArchivedItem? ChoiceOf(RelocationSource source, List<ArchivedItem> archived) => source switch
    {
        RelocationSource.Archive { Item: { } wanted } => ArchiveChoice.Find(archived, wanted, archive.Path),
        RelocationSource.Archive { Declared: { } declared } when archived.Count(item => item.IsAskedFor) > 1 =>
            ArchiveChoice.Find(archived, declared, archive.Path),
        _ => null,
    };

    // A layer left out of the archive can be mounted from its origin, but only on the same registry.
    private PlannedBlob Blob(PlannedManifest node, Descriptor blob)
    {
        IBlobContent content = archive.GetBlob(blob);
        return new PlannedBlob(content, content is MissingLayerContent or RequiredLayerContent ? node.Origin : null);
    }

    // From an archive without a root, and from a bundle copied as an image, complete content is imported completely.
    private async Task<IEnumerable<BundleNode>> WithoutRootAsync(List<ArchivedItem> archived, CancellationToken cancellationToken)
    {
        _goesOnWithout = false;
        List<BundleNode> bundles = [];
        foreach (ArchivedItem item in archived.Where(item => item.IsBundle))
        {
            try
            {
                bundles.AddRange((await ExpandAsync(item, level: 2, cancellationToken)).SelfAndNested());
            }
            catch (AirgapException e) when (e.Code is ErrorCode.ImageNotFound or ErrorCode.InvalidBundle or ErrorCode.InvalidLock
                or ErrorCode.LockWithoutDigest)
            {
                // It is also copied as an image.
                if (archive.InfersRoot && e.Code is ErrorCode.ImageNotFound)
                    _alone.Add(LoneBundle.Warning(item.Source, e, archive.Path));
            }
        }

        return bundles;
    }

    private async Task<BundleNode> ExpandAsync(ArchivedItem item, int level, CancellationToken cancellationToken)
    {
        Digest digest = item.Content.Manifest.Digest;
        if (_bundles.TryGetValue(digest, out BundleNode? known))
            return known;
        if (level > BundleNode.MaxLevels)
            throw BundleNode.TooDeep(item.Source);
        Descriptor layer = BundleContent.LayerOf(item.Content.Manifest, item.Source);
        BundleContent content;
        await using (Stream stream = await archive.GetBlob(layer).OpenAsync(0, cancellationToken))
        {
            try
            {
                content = await BundleContent.ReadAsync(
                    stream, item.Source, withPackages: level == 1, cancellationToken, withConfig: level != 1);
            }
            catch (AirgapException)
            {
                // For a damaged layer, its digest is more informative than the failure of its content.
                await stream.CopyToAsync(Stream.Null, cancellationToken);
                throw;
            }

            await stream.CopyToAsync(Stream.Null, cancellationToken);
        }

        List<BundleEntry> entries = [];
        foreach (LockedImage locked in content.Lock.Images)
        {
            try
            {
                entries.Add(await EntryAsync(locked, item.Source, level, cancellationToken));
            }
            catch (AirgapException e) when (_goesOnWithout
                && (_failures.Contains(locked.Image.Digest!.Value) || _failures.Take(locked.Image, e)))
            {
                // A damaged element was already reported when read; the bundle lacking it follows from that.
            }
        }

        BundleNode node = new(item.Source, item.Content, content, [.. entries]);
        _bundles.Add(digest, node);
        return node;
    }

    private async Task<BundleEntry> EntryAsync(LockedImage locked, ImageReference bundle, int level, CancellationToken cancellationToken)
    {
        if (!_items.TryGetValue(locked.Image.Digest!.Value, out ArchivedItem? entry))
        {
            throw new AirgapException(
                ErrorCode.ImageNotFound,
                $"The image {locked.Image}, which the bundle {bundle} pins, is not in the archive '{archive.Path}'.",
                "Write the archive again from a registry with all images.")
            { Reference = locked.Image.ToString(), Digest = locked.Image.Digest.ToString(), Location = new SourceLocation(archive.Path) };
        }

        return new BundleEntry(locked, entry.Source, entry.Content,
            entry.IsBundle ? await ExpandAsync(entry, level + 1, cancellationToken) : null);
    }
}
