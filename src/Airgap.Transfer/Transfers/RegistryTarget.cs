using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

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
    private readonly List<LocationsUpload> _locations = [];
    private readonly DestinationState _state;
    private ExistingTags _existing = ExistingTags.Unknown;
    private bool _isTagWithheld;

    /// <param name="repository">The destination.</param>
    /// <param name="plan">What goes there.</param>
    /// <param name="options">How.</param>
    /// <param name="observer">Is told details.</param>
    /// <param name="state">What was asked of the destination while the plan was made; null for nothing.</param>
    public RegistryTarget(IImageRepository repository, TransferPlan plan, TransferOptions options, ITransferObserver observer, DestinationState? state = null)
    {
        _repository = repository;
        _state = state ?? new DestinationState(repository, observer);
        _plan = plan;
        _options = options;
        _observer = observer;
        foreach (PlannedItem item in plan.Items)
            _contentTags.TryAdd(item.Digest, ContentTag(item));
    }

    private ParallelOptions Bounded(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Math.Max(1, _options.Concurrency), CancellationToken = cancellationToken };

    public async Task<ImmutableArray<PlannedBlob>> PrepareAsync(CancellationToken cancellationToken)
    {
        ImmutableArray<PlannedBlob> missing = await LookAsync(cancellationToken);
        foreach (LocationsUpload upload in _locations)
        {
            // It has two tags, and an earlier run may have ended between them.
            string contentTag = ContentTags.Default(upload.Digest);
            if (!await HasTagAsync(upload.Tag, upload.Digest, cancellationToken)
                || !(_existing.Lists(contentTag) || await HasTagAsync(contentTag, upload.Digest, cancellationToken)))
                upload.Begin(cancellationToken);
        }

        return missing;
    }

    // Reads only: a forecast does no more.
    private async Task<ImmutableArray<PlannedBlob>> LookAsync(CancellationToken cancellationToken)
    {
        _existing = await _state.ListAsync(_plan.Items.Length, cancellationToken);
        foreach (PlannedBundle bundle in _plan.Bundles)
            _locations.Add(new LocationsUpload(_repository, bundle, _observer));

        // Whatever is asked of the destination is asked side by side; at the end the tags are written, not looked up.
        await Task.WhenAll(
            Parallel.ForEachAsync(
                _plan.Items.DistinctBy(item => item.Digest).Where(item => _existing.MayHave(_contentTags[item.Digest])),
                Bounded(cancellationToken),
                async (item, token) => await IsPresentAsync(item.Content, token)),
            Parallel.ForEachAsync(
                _plan.Items.Select(item => item.Tag).OfType<string>().Concat(_locations.Select(upload => upload.Tag)).Where(_existing.MayHave),
                Bounded(cancellationToken),
                async (tag, token) => await _state.FindTagAsync(tag, token)));
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

    public async Task<ImmutableArray<RelocatedBlob>> ForecastAsync(CancellationToken cancellationToken)
    {
        ConcurrentDictionary<Digest, BlobOutcome> missing = new();
        await Parallel.ForEachAsync(
            await LookAsync(cancellationToken),
            Bounded(cancellationToken),
            async (blob, token) => missing[blob.Descriptor.Digest] =
                await _repository.HasBlobAsync(blob.Descriptor, token) ? BlobOutcome.Present : MountableFrom(blob) is null ? BlobOutcome.Copied : BlobOutcome.Mounted);
        return [.. _plan.Blobs.Select(blob => new RelocatedBlob(blob.Descriptor, missing.GetValueOrDefault(blob.Descriptor.Digest, BlobOutcome.Present)))];
    }

    public async Task<BlobOutcome> PutBlobAsync(PlannedBlob blob, IProgress<long> progress, CancellationToken cancellationToken)
    {
        RepositoryName? mountFrom = MountableFrom(blob);
        if (!_existing.IsEmpty || mountFrom is not null || blob.Origin is null || blob.Content is MemoryBlobContent)
            return await _repository.PushBlobAsync(blob.Content, mountFrom, progress, cancellationToken);

        // A new repository has nothing, so the bytes will be wanted: they come while the upload is being opened.
        await using OpenedAhead ahead = new(blob.Content, cancellationToken);
        return await _repository.PushBlobAsync(ahead, mountFrom, progress, cancellationToken);
    }

    public async Task<bool> HasTagsAsync(CancellationToken cancellationToken)
    {
        foreach (PlannedItem item in _plan.Items.Where(item => item.Tag is not null))
        {
            if (!await HasTagAsync(item.Tag!, item.Digest, cancellationToken))
                return false;
        }

        return true;
    }

    public bool HasManifest(PlannedManifest manifest) => _present.Contains(manifest.Manifest.Digest);

    public Task PutManifestAsync(PlannedManifest manifest, CancellationToken cancellationToken) =>
        _repository.PushManifestAsync(manifest.Manifest, _contentTags.GetValueOrDefault(manifest.Manifest.Digest), cancellationToken);

    // A source that is gone may be one of many; without the destination there is nothing to go on for.
    public bool IsLost(AirgapException failure) =>
        failure.Code is ErrorCode.RegistryUnreachable or ErrorCode.RegistryCertificate or ErrorCode.Unauthorized or ErrorCode.TokenRequestFailed or ErrorCode.TokenRealmRefused
        && failure.Reference is { } reference && (reference == _repository.Name.ToString()
            || reference.StartsWith($"{_repository.Name}@", StringComparison.Ordinal) || reference.StartsWith($"{_repository.Name}:", StringComparison.Ordinal));

    public async Task CompleteAsync(ImageFailures failures, CancellationToken cancellationToken)
    {
        WholeBundles whole = new(_plan, failures);
        await Parallel.ForEachAsync(
            _locations.FindAll(upload => whole.Contains(upload.Bundle)),
            Bounded(cancellationToken),
            async (upload, token) => await TryAsync($"{_repository.Name}:{upload.Tag}", null, () => upload.CompleteAsync(token)));

        PlannedItem[] arrived = [.. _plan.Items.Where(item => !failures.Contains(item.Digest))];
        await TryAsync($"the lists of referrers of {_repository.Name}", null, () => ReferrerTags.RestoreAsync(_repository, arrived, _options, cancellationToken));

        // One digest from two source repositories has two repository-based tags.
        await PutTagsAsync(arrived.Where(item => _contentTags[item.Digest] != ContentTag(item)).DistinctBy(ContentTag), ContentTag);
        await PutTagsAsync(arrived.Where(item => item.Tag is not null && item != _plan.Root && (CosignTags.IsOne(item.Tag) || !failures.Any)), item => item.Tag!);

        // The user's own tag comes last: whoever sees it sees a whole bundle.
        _isTagWithheld = failures.Any;
        if (arrived.FirstOrDefault(item => item == _plan.Root) is { Tag: { } tag } root && !_isTagWithheld)
            await PutTagAsync(root, tag, cancellationToken);

        Task PutTagsAsync(IEnumerable<PlannedItem> items, Func<PlannedItem, string> tagOf) => Parallel.ForEachAsync(
            items.ToArray(),
            Bounded(cancellationToken),
            async (item, token) => await TryAsync(item.Source.ToString(), item.Digest, () => PutTagAsync(item, tagOf(item), token)));

        async Task TryAsync(string reference, Digest? digest, Func<Task> work)
        {
            try
            {
                await work();
            }
            catch (AirgapException e) when (!IsLost(e) && failures.Take(reference, digest, e))
            {
                // The user's tag tells of it: it is not written.
            }
        }
    }

    public RelocatedItem Describe(PlannedItem item, BlobOutcome outcome) => new(
        item,
        ImageReference.ByDigest(_repository.Name, item.Digest),
        outcome,
        item.Tag is null || (_isTagWithheld && !CosignTags.IsOne(item.Tag)) ? [ContentTag(item)] : [ContentTag(item), item.Tag]);

    public async ValueTask DisposeAsync()
    {
        foreach (LocationsUpload upload in _locations)
            await upload.DisposeAsync();
    }

    private RepositoryName? MountableFrom(PlannedBlob blob) => blob.Origin is { } origin && origin.Registry == _repository.Name.Registry ? origin : null;

    // Asked once for each manifest, however many indexes list it.
    private Task<bool> IsPresentAsync(PlannedManifest node, CancellationToken cancellationToken) =>
        _lookups.GetOrAdd(node.Manifest.Digest, _ => new Lazy<Task<bool>>(async () =>
        {
            string? tag = _contentTags.GetValueOrDefault(node.Manifest.Digest);
            // What the planner read here by its digest need not be asked for again, when its tag is known to be listed.
            if (node.Origin != _repository.Name || (tag is not null && !_existing.Lists(tag)))
            {
                Digest? there = tag is not null && _existing.MayHave(tag)
                    ? await _state.FindTagAsync(tag, cancellationToken)
                    : (await _repository.ResolveAsync(node.Manifest.Digest.ToString(), cancellationToken))?.Digest;
                if (there != node.Manifest.Digest)
                    return false;
            }

            // A registry may hold an index without its children, so each is asked for.
            bool[] children = await Task.WhenAll(node.Children.Select(child => IsPresentAsync(child, cancellationToken)));
            return children.All(present => present);
        })).Value;

    private string ContentTag(PlannedItem item) => _options.RepositoryBasedTags ? ContentTags.RepositoryBased(item) : ContentTags.Default(item.Digest);

    private async Task PutTagAsync(PlannedItem item, string tag, CancellationToken cancellationToken)
    {
        if (!await HasTagAsync(tag, item.Digest, cancellationToken))
            await _repository.PushManifestAsync(item.Content.Manifest, tag, cancellationToken);
    }

    private async Task<bool> HasTagAsync(string tag, Digest digest, CancellationToken cancellationToken) =>
        _existing.MayHave(tag) && await _state.FindTagAsync(tag, cancellationToken) == digest;
}
