using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>Reads the bundles among an archive's items, each once.</summary>
/// <param name="archive">The archive.</param>
/// <param name="failures">Receives the failures of single images, if the run continues after failures.</param>
internal sealed class ArchivedBundles(IArchive archive, ImageFailures failures)
{
    private readonly Dictionary<Digest, BundleNode> _bundles = [];
    private readonly Dictionary<Digest, ArchivedItem> _items = [];

    private readonly List<Diagnostic> _alone = [];

    private bool _goesOnWithout = true;

    /// <summary>The warnings of bundles that are relocated as plain images.</summary>
    public IReadOnlyList<Diagnostic> Alone => _alone;

    /// <summary>Reads an item of the archive.</summary>
    public void Add(ArchivedItem item) => _items.TryAdd(item.Content.Manifest.Digest, item);

    /// <summary>Reads an added bundle, by its digest.</summary>
    /// <inheritdoc cref="ReadAsync(ArchivedItem, CancellationToken)"/>
    public Task<BundleNode> ReadAsync(Digest digest, CancellationToken cancellationToken) => ReadAsync(_items[digest], cancellationToken);

    /// <summary>
    /// The bundles of an archive without a root, or of a bundle that was copied as an image: complete bundles are imported completely.
    /// </summary>
    public async Task<IEnumerable<BundleNode>> ReadWholeAsync(IReadOnlyList<ArchivedItem> archived, CancellationToken cancellationToken)
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
                    _alone.Add(IncompleteBundle.Warning(item.Source, e, archive.Path));
            }
        }

        return bundles;
    }

    /// <summary>Reads a bundle with everything that it pins.</summary>
    /// <exception cref="AirgapException">The bundle is damaged, nested too deep, or pins content that the archive does not
    /// contain.</exception>
    public Task<BundleNode> ReadAsync(ArchivedItem item, CancellationToken cancellationToken) =>
        ExpandAsync(item, level: 1, cancellationToken);

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
            content = await BundleContent.ReadAsync(
                stream, item.Source, withPackages: level == 1, cancellationToken, withConfig: level != 1);
        }

        List<BundleEntry> entries = [];
        foreach (LockedImage locked in content.Lock.Images)
        {
            try
            {
                entries.Add(await EntryAsync(locked, item.Source, level, cancellationToken));
            }
            catch (AirgapException e) when (_goesOnWithout
                && (failures.Contains(locked.Image.Digest!.Value) || failures.Take(locked.Image, e)))
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
