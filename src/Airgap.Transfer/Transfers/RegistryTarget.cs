using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Registry;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Planning;

namespace Airgap.Transfer.Transfers;

/// <summary>A repository as a destination: every image of the plan lands in it, under imgpkg's tags, the user's tag last.</summary>
internal sealed class RegistryTarget : ITransferTarget
{
    private readonly IImageRepository _repository;
    private readonly TransferPlan _plan;
    private readonly TransferOptions _options;
    private readonly ITransferObserver _observer;
    private readonly Dictionary<Digest, string> _contentTags = [];
    private readonly ConcurrentDictionary<Digest, Lazy<Task<bool>>> _lookups = new();
    private readonly HashSet<Digest> _present = [];
    private ExistingTags _existing = ExistingTags.Unknown;

    public RegistryTarget(IImageRepository repository, TransferPlan plan, TransferOptions options, ITransferObserver observer)
    {
        _repository = repository;
        _plan = plan;
        _options = options;
        _observer = observer;
        foreach (PlannedItem item in plan.Items)
            _contentTags.TryAdd(item.Digest, ContentTag(item));
    }

    public async Task<ImmutableArray<PlannedBlob>> PrepareAsync(CancellationToken cancellationToken)
    {
        _existing = await ExistingTags.ListAsync(_repository, _plan.Items.Length, _observer, cancellationToken);
        await Parallel.ForEachAsync(
            _plan.Items.DistinctBy(item => item.Digest).Where(item => _existing.MayHave(_contentTags[item.Digest])),
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, _options.Concurrency), CancellationToken = cancellationToken },
            async (item, token) => await IsPresentAsync(item.Content, token));
        foreach ((Digest digest, Lazy<Task<bool>> lookup) in _lookups)
        {
            if (await lookup.Value)
                _present.Add(digest);
        }

        HashSet<Digest> missing =
        [
            .. _plan.Items.SelectMany(item => item.Content.SelfAndDescendants())
                .Where(node => !HasManifest(node) || node.Blobs.Any(blob => MediaTypes.IsNonDistributable(blob.MediaType)))
                .SelectMany(node => node.Blobs)
                .Select(blob => blob.Digest),
        ];
        return [.. _plan.Blobs.Where(blob => missing.Contains(blob.Descriptor.Digest))];
    }

    public Task<BlobOutcome> PutBlobAsync(PlannedBlob blob, IProgress<long> progress, CancellationToken cancellationToken)
    {
        RepositoryName? mountFrom = blob.Origin is { } origin && origin.Registry == _repository.Name.Registry ? origin : null;
        return _repository.PushBlobAsync(blob.Content, mountFrom, progress, cancellationToken);
    }

    public bool HasManifest(PlannedManifest manifest) => _present.Contains(manifest.Manifest.Digest);

    public Task PutManifestAsync(PlannedManifest manifest, CancellationToken cancellationToken) =>
        _repository.PushManifestAsync(manifest.Manifest, _contentTags.GetValueOrDefault(manifest.Manifest.Digest), cancellationToken);

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        foreach (PlannedBundle bundle in _plan.Bundles)
            await PutLocationsAsync(bundle, cancellationToken);

        await ReferrerTags.RestoreAsync(_repository, _plan, _options, cancellationToken);

        // One digest from two source repositories has two repository-based tags.
        foreach (PlannedItem item in _plan.Items.Where(item => _contentTags[item.Digest] != ContentTag(item)))
            await PutTagAsync(item, ContentTag(item), cancellationToken);

        // The user's own tag comes last: whoever sees it sees a whole bundle.
        foreach (PlannedItem item in _plan.Items.Where(item => item.Tag is not null).OrderBy(item => item == _plan.Root))
            await PutTagAsync(item, item.Tag!, cancellationToken);
    }

    public RelocatedItem Describe(PlannedItem item, BlobOutcome outcome) => new(
        item,
        ImageReference.ByDigest(_repository.Name, item.Digest),
        outcome,
        item.Tag is null ? [ContentTag(item)] : [ContentTag(item), item.Tag]);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Asked once for each manifest, however many indexes list it.
    private Task<bool> IsPresentAsync(PlannedManifest node, CancellationToken cancellationToken) =>
        _lookups.GetOrAdd(node.Manifest.Digest, _ => new Lazy<Task<bool>>(async () =>
        {
            string? tag = _contentTags.GetValueOrDefault(node.Manifest.Digest);
            // What the planner read here by its digest need not be asked for again, when its tag is known to be listed.
            if (node.Origin != _repository.Name || (tag is not null && !_existing.Lists(tag)))
            {
                string selector = tag is not null && _existing.MayHave(tag) ? tag : node.Manifest.Digest.ToString();
                Descriptor? there = await _repository.ResolveAsync(selector, cancellationToken);
                if (there?.Digest != node.Manifest.Digest)
                    return false;
            }

            // A registry may hold an index without its children, so each is asked for.
            bool[] children = await Task.WhenAll(node.Children.Select(child => IsPresentAsync(child, cancellationToken)));
            return children.All(present => present);
        })).Value;

    private async Task PutLocationsAsync(PlannedBundle bundle, CancellationToken cancellationToken)
    {
        LocationsImage image = LocationsImage.Create(bundle.Locations);
        string tag = LocationsImage.Tag(bundle.Digest);
        if (await HasTagAsync(tag, image.Manifest.Digest, cancellationToken))
            return;
        await Task.WhenAll(
            PushAsync(image.Manifest.Config!, image.Config),
            PushAsync(image.Manifest.Layers[0], image.Layer));
        try
        {
            await _repository.PushManifestAsync(image.Manifest, tag, cancellationToken);
        }
        catch (AirgapException e) when (e.Code == ErrorCode.TagImmutable)
        {
            // Another locations image of the same bundle says the same: it is the bundle's content that it lists.
            if (await _repository.ResolveAsync(tag, cancellationToken) is null)
                throw;
            _observer.Detail($"{_repository.Name}:{tag} is immutable and stays as it is.");
            return;
        }

        await _repository.PushManifestAsync(image.Manifest, ContentTags.Default(image.Manifest.Digest), cancellationToken);

        Task<BlobOutcome> PushAsync(Descriptor descriptor, ReadOnlyMemory<byte> bytes) =>
            _repository.PushBlobAsync(new MemoryBlobContent(descriptor, bytes), mountFrom: null, progress: null, cancellationToken);
    }

    private string ContentTag(PlannedItem item) => _options.RepositoryBasedTags ? ContentTags.RepositoryBased(item) : ContentTags.Default(item.Digest);

    private async Task PutTagAsync(PlannedItem item, string tag, CancellationToken cancellationToken)
    {
        if (!await HasTagAsync(tag, item.Digest, cancellationToken))
            await _repository.PushManifestAsync(item.Content.Manifest, tag, cancellationToken);
    }

    private async Task<bool> HasTagAsync(string tag, Digest digest, CancellationToken cancellationToken) =>
        _existing.MayHave(tag) && (await _repository.ResolveAsync(tag, cancellationToken))?.Digest == digest;
}
