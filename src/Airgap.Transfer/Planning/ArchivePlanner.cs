using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>Makes plans of imgpkg archives. Opens no connection: all that a plan needs is in the file.</summary>
internal sealed class ArchivePlanner(ArchiveReader archive, PlanOptions options)
{
    private readonly Dictionary<Digest, BundleNode> _bundles = [];
    private readonly Dictionary<Digest, ArchivedItem> _items = [];
    private readonly ImageFailures _failures = new(options.KeepGoing);

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

        foreach (ArchivedItem item in archived)
        {
            bool isBundle = !item.Content.Manifest.IsIndex && item.Content.Config is { } config && BundleLabel.IsPresent(config.Span);
            PlannedItem planned = new()
            {
                Source = item.Source,
                Content = item.Content,
                OriginalReference = item.OriginalReference,
                Tag = item.Tag,
                IsRootBundle = item.IsRoot,
                IsBundle = isBundle,
            };
            builder.Add(planned);
            if (!item.IsRoot)
                continue;
            if (root is not null)
                throw archive.Invalid($"it marks two root bundles, {root.Source} and {item.Source}");
            if (!isBundle)
                throw archive.Invalid($"it marks {item.Source} as its root bundle, which is no bundle");
            root = planned;
        }

        if (root is not null)
        {
            Root = await ExpandAsync(_items[root.Digest], isRoot: true, cancellationToken);
            foreach (BundleNode bundle in Root.SelfAndNested())
                builder.AddBundle(bundle);
        }

        ImagesLock? imagesLock = null;
        // Of an archive with damaged elements nobody knows what the sound ones are a part of.
        if (root is null && !_failures.Any)
        {
            ImmutableArray<PlannedItem> images = AttachedItems.Without(builder.Items);
            imagesLock = ArchivedLock.Find(archive.Path, images.Select(image => image.Digest).ToHashSet());

            // An archive of one image, as 'copy -i --to-tar' writes it, has that image as what was asked for, whatever is attached to it.
            root = images is [{ } only] && imagesLock is null ? only : null;
        }

        return builder.Build(root, (_, blob) => new PlannedBlob(archive.GetBlob(blob), Origin: null), imagesLock);
    }

    private async Task<BundleNode> ExpandAsync(ArchivedItem item, bool isRoot, CancellationToken cancellationToken)
    {
        Digest digest = item.Content.Manifest.Digest;
        if (_bundles.TryGetValue(digest, out BundleNode? known))
            return known;
        Descriptor layer = BundleContent.LayerOf(item.Content.Manifest, item.Source);
        BundleContent content;
        await using (Stream stream = await archive.GetBlob(layer).OpenAsync(0, cancellationToken))
        {
            content = await BundleContent.ReadAsync(stream, item.Source, withPackages: isRoot, cancellationToken);
            await stream.CopyToAsync(Stream.Null, cancellationToken);
        }

        List<BundleEntry> entries = [];
        foreach (LockedImage locked in content.Lock.Images)
        {
            try
            {
                entries.Add(await EntryAsync(locked, item.Source, cancellationToken));
            }
            catch (AirgapException e) when (_failures.Contains(locked.Image.Digest!.Value) || _failures.Take(locked.Image, e))
            {
                // A damaged element was told of when it was read; that the bundle misses it is no news.
            }
        }

        BundleNode node = new(item.Source, item.Content, content, [.. entries]);
        _bundles.Add(digest, node);
        return node;
    }

    private async Task<BundleEntry> EntryAsync(LockedImage locked, ImageReference bundle, CancellationToken cancellationToken)
    {
        if (!_items.TryGetValue(locked.Image.Digest!.Value, out ArchivedItem? entry))
        {
            throw new AirgapException(
                ErrorCode.ImageNotFound,
                $"The image {locked.Image}, which the bundle {bundle} pins, is not in the archive '{archive.Path}'.",
                "Write the archive again from a registry that has all images.")
            { Reference = locked.Image.ToString(), Digest = locked.Image.Digest.ToString() };
        }

        bool isBundle = !entry.Content.Manifest.IsIndex && entry.Content.Config is { } config && BundleLabel.IsPresent(config.Span);
        return new BundleEntry(locked, entry.Source, entry.Content, isBundle ? await ExpandAsync(entry, isRoot: false, cancellationToken) : null);
    }
}
