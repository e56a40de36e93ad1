using System.Runtime.CompilerServices;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Pulling;

/// <summary>Pulls from an archive. No registry is contacted, so images.yml is not rewritten.</summary>
internal sealed class ArchivePullSource(RelocationSource.Archive source, ImageReference? wanted, IPullObserver observer) : IPullSource
{
    private readonly Dictionary<Digest, ArchivedItem> _items = [];
    private IArchive? _archive;

    public bool KnowsPlaces => false;

    public async Task<PullItem> FindRootAsync(CancellationToken cancellationToken)
    {
        _archive = await AnyArchive.OpenAsync(source, cancellationToken);
        List<ArchivedItem> items = [];
        await foreach (ArchivedItem item in _archive.ReadItemsAsync(includeNonDistributable: false, failures: null, cancellationToken))
        {
            items.Add(item);
            _items.TryAdd(item.Content.Manifest.Digest, item);
        }

        ArchiveNotes? notes = await _archive.ReadNotesAsync(cancellationToken);
        if (notes?.Delta is not null)
            _archive.Required.Check(_archive, items);
        if (DeltaWarning.Of(source.Path, _archive.Left) is { } warning)
            observer.Warning(warning);
        ArchivedItem root = Choose(items);
        return root.Content.Manifest.IsIndex ? throw PullRefusals.Index(root.Source) : Item(root);
    }

    public IBlobContent LayerOf(PullItem item, Descriptor layer) => _archive!.GetBlob(layer);

    public async IAsyncEnumerable<PullItem> FindNestedAsync(
        PullItem bundle, ImagesLock images, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (ImageReference image in images.Images.Select(image => image.Image).DistinctBy(image => image.Digest))
        {
            if (!_items.TryGetValue(image.Digest!.Value, out ArchivedItem? item))
            {
                throw new AirgapException(
                    ErrorCode.ImageNotFound,
                    $"The image {image}, which the bundle {bundle.Reference} pins, is not in the archive '{source.Path}'.",
                    $"From a registry with all images, {AdviceTerms.WriteArchive}; or pull {AdviceTerms.NotRecursive}.")
                { Reference = image.ToString(), Digest = image.Digest.ToString() };
            }

            if (item.IsBundle)
                yield return Item(item);
        }
    }

    public Task<bool> HasEveryImageAsync(PullItem bundle, ImagesLock images, CancellationToken cancellationToken) => Task.FromResult(false);

    public void Dispose()
    {
    }

    private ArchivedItem Choose(List<ArchivedItem> items)
    {
        if (wanted is not null)
        {
            return items.FirstOrDefault(IsWanted) ?? throw new AirgapException(
                ErrorCode.ImageNotFound,
                $"The archive '{source.Path}' does not contain {wanted}.",
                $"It contains {List(items)}.")
            { Reference = wanted.ToString() };
        }

        ArchivedItem[] roots = [.. items.Where(item => item.IsRoot)];
        return roots is [{ } root] ? root : items is [{ } only] ? only : throw new AirgapException(
            ErrorCode.ArchiveRootUnknown,
            $"The archive '{source.Path}' does not say which of its {items.Count} images is the one to pull.",
            $"To choose, {AdviceTerms.NameInArchive}: {List(items)}.");
    }

    private bool IsWanted(ArchivedItem item) => wanted!.Digest is { } digest
        ? item.Content.Manifest.Digest == digest
        : item.Tag == wanted.Tag && item.Source.Repository == wanted.Repository;

    private static PullItem Item(ArchivedItem item) => new(item.Source, item.Content.Manifest, item.IsBundle);

    private static string List(List<ArchivedItem> items)
    {
        const int most = 5;
        string list = string.Join(", ", items.Take(most).Select(item => item.Source.ToString()));
        return items.Count > most ? $"{list} and {items.Count - most} more" : list;
    }
}
