using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>Makes plans of bundles, images and locks that are read from registries.</summary>
internal sealed class RegistryPlanner : IDisposable
{
    private readonly PlanOptions _options;
    private readonly ITransferObserver _observer;
    private readonly SourceReader _reader;
    private readonly SmallBundle _small;
    private readonly ManifestTree _tree;
    private readonly BundleClosure _closure;
    private readonly Artifacts _artifacts;
    private readonly ImageFailures _failures;
    private readonly QuotaWatch _quota;

    public RegistryPlanner(IRegistry registry, PlanOptions options, ITransferObserver observer, DestinationState? state = null)
    {
        _options = options;
        _observer = observer;
        _failures = new ImageFailures(options.KeepGoing);
        _reader = new SourceReader(
            registry, options.Concurrency, new ByteStore(options.HeldInMemory), name => name != options.Destination);
        _tree = new ManifestTree(_reader, options, _small = new SmallBundle(_reader, options, state));
        // Layers that were left out before are not at the destination, even if it has their image.
        _closure = new BundleClosure(
            _reader, _tree, observer, destination: options.IncludeNonDistributableLayers ? null : options.Destination, state: state,
            failures: _failures, quota: _quota = new QuotaWatch(registry, observer), small: _small);
        foreach (TransferPlan earlier in options.EarlierPlans)
            _reader.KnowEarlier(earlier);
        _artifacts = new Artifacts(_reader, _tree, options, observer, _failures);
    }

    public void Dispose() => _reader.Dispose();

    /// <summary>Reuses the content read for another plan.</summary>
    public void LearnFrom(TransferPlan plan) => _reader.Know(plan);

    /// <summary>Reads the content of an earlier run's archive; a damaged or missing archive merely saves no requests.</summary>
    public async Task LearnFromArchiveAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path) && !FoundList.Lies(path))
            return;
        try
        {
            IArchive archive = await AnyArchive.OpenAsync(new RelocationSource.Archive(path), cancellationToken);
            await foreach (ArchivedItem item in archive.ReadItemsAsync(includeNonDistributable: false, failures: null, cancellationToken))
            {
                foreach (PlannedManifest known in item.Content.SelfAndDescendants())
                    _reader.Know(known);
                if (item.IsBundle)
                    await LearnBundleAsync(archive, item, cancellationToken);
            }
        }
        catch (AirgapException e)
        {
            _observer.Detail($"Nothing is reused from '{path}': {e.Message}");
        }
    }

    // A bundle's pinned images are in its layer.
    private async Task LearnBundleAsync(IArchive archive, ArchivedItem bundle, CancellationToken cancellationToken)
    {
        if (bundle.Content.Manifest.Layers is not [{ Size: <= PlannedManifest.SmallBlob } layer]
            || archive.GetBlob(layer) is not ArchiveBlobContent content)
            return;
        byte[] bytes = new byte[layer.Size];
        await using Stream stream = await content.OpenAsync(0, cancellationToken);
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        await stream.CopyToAsync(Stream.Null, cancellationToken);
        _reader.Know(layer, bytes);
    }

    public async Task<TransferPlan> PlanBundleAsync(
        RelocationSource source, ImageReference reference, string? tag, bool recordOrigins, CancellationToken cancellationToken)
    {
        (ImageReference at, Manifest manifest) = await FetchAsync(reference, cancellationToken);
        _closure.Anticipate(at, manifest, cancellationToken);
        (PlannedManifest planned, bool isBundle) = await _closure.InspectAsync(at.Repository, manifest, cancellationToken);
        if (!isBundle)
        {
            throw new AirgapException(
                ErrorCode.NotABundle,
                $"Expected bundle image but found plain image (hint: Did you use -i instead of -b?): {reference}.",
                "Relocate it as an image, or name a bundle that 'imgpkg push -b' made.")
            { Reference = reference.ToString() };
        }

        BundleNode root = await _closure.ExpandAsync(at, planned, isRoot: true, cancellationToken);
        PlanBuilder builder = new(source, _options, _failures);
        PlannedItem item = builder.AddBundle(root, tag, recordOrigins);
        return await FinishAsync(builder, item, imagesLock: null, cancellationToken);
    }

    /// <summary>A plan for a reference to a bundle or image.</summary>
    public async Task<TransferPlan> PlanAnyAsync(RelocationSource source, ImageReference reference, CancellationToken cancellationToken)
    {
        (ImageReference at, Manifest manifest) = await FetchAsync(reference, cancellationToken);
        (PlannedManifest planned, bool isBundle) = await _closure.InspectAsync(at.Repository, manifest, cancellationToken);
        PlanBuilder builder = new(source, _options, _failures);
        PlannedItem item = new() { Source = at, Content = planned };
        if (isBundle && !_options.IgnoreBundleCheck)
            item = builder.AddBundle(
                await _closure.ExpandAsync(at, planned, isRoot: false, cancellationToken), tag: null, recordOrigins: false);
        else
            builder.Add(item);
        return await FinishAsync(builder, item, imagesLock: null, cancellationToken);
    }

    public async Task<TransferPlan> PlanImageAsync(
        RelocationSource source, ImageReference reference, string? tag, CancellationToken cancellationToken)
    {
        (ImageReference at, Manifest manifest) = await FetchAsync(reference, cancellationToken);
        (PlannedManifest planned, bool isBundle) = await _closure.InspectAsync(at.Repository, manifest, cancellationToken);
        if (isBundle && !_options.IgnoreBundleCheck)
        {
            throw new AirgapException(
                ErrorCode.UnexpectedBundle,
                $"Expected bundle flag when copying a bundle (hint: Use -b instead of -i for bundles): {reference}.",
                "Relocate it as a bundle, so that its images come along.")
            { Reference = reference.ToString() };
        }

        PlanBuilder builder = new(source, _options, _failures);
        PlannedItem item = new() { Source = at, Content = planned, Tag = tag };
        builder.Add(item);
        return await FinishAsync(builder, item, imagesLock: null, cancellationToken);
    }

    public async Task<TransferPlan> PlanLockAsync(
        RelocationSource source, ImagesLock images, string path, CancellationToken cancellationToken)
    {
        PlanBuilder builder = new(source, _options, _failures);
        _quota.Expect(images.Images.Select(locked => locked.Image.Repository));
        foreach (PlannedItem? item in await Task.WhenAll(images.Images.Select(locked => FindLockedAsync(locked, path, cancellationToken))))
        {
            if (item is not null)
                builder.Add(item);
        }

        return await FinishAsync(builder, root: null, images, cancellationToken);
    }

    /// <summary>Images with their currently attached artifacts.</summary>
    public async Task<IReadOnlyCollection<PlannedItem>> FindArtifactsAsync(
        RelocationSource source, IEnumerable<PlannedItem> known, IEnumerable<PlannedItem> images, CancellationToken cancellationToken)
    {
        foreach (PlannedManifest node in known.SelectMany(item => item.Content.SelfAndDescendants()))
            _reader.Know(node);
        PlanBuilder builder = new(source, _options, _failures);
        foreach (PlannedItem image in images)
            builder.Add(image);
        await _artifacts.AddToAsync(builder, cancellationToken);
        return builder.Items;
    }

    private async Task<PlannedItem?> FindLockedAsync(LockedImage locked, string path, CancellationToken cancellationToken)
    {
        try
        {
            (ImageReference at, Manifest manifest) = await FetchAsync(locked.Image, cancellationToken);
            _quota.Took(locked.Image.Repository);
            (PlannedManifest planned, bool isBundle) = await _closure.InspectAsync(at.Repository, manifest, cancellationToken);
            return !isBundle ? new PlannedItem { Source = at, Content = planned } : throw new AirgapException(
                ErrorCode.LockContainsBundle,
                "Unable to copy bundles using an Images Lock file (hint: Create a bundle with these images): " +
                $"'{path}' names the bundle {locked.Image}.",
                "Relocate the bundle separately or by a BundleLock, so that its images are included.")
            { Reference = locked.Image.ToString(), Location = new SourceLocation(path) };
        }
        catch (AirgapException e) when (_failures.Take(locked.Image, e))
        {
            return null;
        }
    }

    private async Task<(ImageReference, Manifest)> FetchAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        Manifest manifest = await _reader.GetManifestAsync(reference, cancellationToken);
        return (reference.WithDigest(manifest.Digest), manifest);
    }

    private async Task<TransferPlan> FinishAsync(
        PlanBuilder builder, PlannedItem? root, ImagesLock? imagesLock, CancellationToken cancellationToken)
    {
        if (SparseSource.Warning(builder.Items, _options) is { } without)
            builder.Warn(without);
        await _artifacts.AddToAsync(builder, cancellationToken);
        await _small.WhenReadAsync();
        return builder.Build(root, (node, blob) => new PlannedBlob(_reader.ContentOf(node.Origin, blob), node.Origin), imagesLock);
    }
}
