using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>A repository as a destination: every image of the plan lands in it, under imgpkg's tags, the user's tag last.</summary>
internal sealed class RegistryTarget : ITransferTarget
{
    private readonly IImageRepository _repository;
    private readonly BlobEvidence _evidence;
    private readonly RequiredLayers _required;
    private readonly TransferPlan _plan;
    private readonly TransferOptions _options;
    private readonly Dictionary<Digest, string> _contentTags;
    private readonly List<LocationsUpload> _locations;
    private readonly PresentImages _present;
    private readonly BlobPush _push;
    private readonly ConcurrentDictionary<(string Tag, Digest Digest), bool> _withheld = new();
    private bool _hasWritten;

    /// <param name="registry">The registries.</param>
    /// <param name="name">The destination.</param>
    /// <param name="plan">The content.</param>
    /// <param name="options">The options.</param>
    /// <param name="observer">Receives details for the log.</param>
    /// <param name="places">Lends connections to parts of blobs; null for none.</param>
    public RegistryTarget(
        IRegistry registry, RepositoryName name, TransferPlan plan, TransferOptions options, ITransferObserver observer,
        AdaptiveConcurrency? places = null)
    {
        _repository = registry.GetRepository(name);
        _evidence = new BlobEvidence(_repository, options.Repair, options.Concurrency, observer);
        _required = new RequiredLayers(registry, name, _evidence, plan, options, observer);
        _plan = plan;
        _options = options;
        _contentTags = plan.Items.DistinctBy(item => item.Digest).ToDictionary(item => item.Digest, TagOf);
        _locations = [.. plan.Bundles.Select(bundle => new LocationsUpload(_repository, bundle, observer))];
        _present = new PresentImages(_repository, plan, options, _evidence, _contentTags, IsLost, observer);
        _push = new BlobPush(
            registry, _repository, plan, _present, _evidence, places is null ? null : new PartHelp(options.PartsInOrder, places));
    }

    private ParallelOptions Bounded(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Math.Max(1, _options.Concurrency), CancellationToken = cancellationToken };

    public async Task<ImmutableArray<PlannedBlob>> PrepareAsync(CancellationToken cancellationToken)
    {
        ImmutableArray<PlannedBlob> missing = await FindMissingAsync(mayPush: true, cancellationToken);
        foreach (LocationsUpload upload in _locations)
        {
            // It has two tags, and an earlier run may have ended between them.
            string contentTag = ContentTag.Of(upload.Digest);
            bool isTagged = await _present.HasTagAsync(upload.Tag, upload.Digest, cancellationToken)
                && (_present.Tags.Lists(contentTag) || await _present.HasTagAsync(contentTag, upload.Digest, cancellationToken));
            bool isDamaged = upload.Blobs.Any(blob => _present.Damaged.Contains(blob.Digest));
            if (!isTagged || isDamaged)
                upload.Begin(replaces: isDamaged, cancellationToken);
        }

        return missing;
    }

    public async Task<ImmutableArray<RelocatedBlob>> ForecastAsync(CancellationToken cancellationToken)
    {
        Creates = await _repository.FindMissingAsync(cancellationToken);
        ConcurrentDictionary<Digest, BlobOutcome> missing = new();
        await Parallel.ForEachAsync(
            await FindMissingAsync(mayPush: false, cancellationToken),
            Bounded(cancellationToken),
            async (blob, token) => missing[blob.Descriptor.Digest] = _present.Damaged.Contains(blob.Descriptor.Digest) ? BlobOutcome.Copied
                : Creates is null && await _repository.HasBlobAsync(blob.Descriptor, token)
                ? BlobOutcome.Present : _push.MountableFrom(blob) is null ? BlobOutcome.Copied : BlobOutcome.Mounted);
        return [.. _plan.Blobs.Select(
            blob => new RelocatedBlob(blob.Descriptor, missing.GetValueOrDefault(blob.Descriptor.Digest, BlobOutcome.Present)))];
    }

    public IEnumerable<PlannedBlob> Order(IEnumerable<PlannedBlob> missing) => _push.Order(missing);

    public async Task<BlobOutcome> PutBlobAsync(PlannedBlob blob, IProgress<long> progress, CancellationToken cancellationToken)
    {
        if (blob.Content is RequiredLayerContent required)
            throw RequiredLayerContent.Missing([required], _repository.Name.ToString());
        _hasWritten = true;
        return await _push.PutAsync(blob, progress, cancellationToken);
    }

    public string? Creates { get; private set; }

    public Task<bool> HasTagsAsync(CancellationToken cancellationToken) => _present.HasTagsAsync(cancellationToken);

    public PlannedManifest? First => SparseIndexes.Smallest(_plan, _present.Has);

    public bool HasManifest(PlannedManifest manifest) => _present.Has(manifest);

    public async Task PutManifestAsync(PlannedManifest manifest, CancellationToken cancellationToken)
    {
        _hasWritten = true;
        try
        {
            await _repository.PushManifestAsync(
                manifest.Manifest, _contentTags.GetValueOrDefault(manifest.Manifest.Digest), cancellationToken);
        }
        catch (AirgapException e) when (
            (SparseIndexes.Refusal(manifest, _repository.Name, e) ?? LeftOutLayers.Refusal(manifest, e)) is { } refusal)
        {
            throw refusal;
        }

        if (_options.Repair && !await _present.GivesManifestAsync(manifest.Manifest.Digest, cancellationToken))
            throw BlobEvidence.Damaged(_repository.Name, manifest.Manifest.Digest);
    }

    // A lost source may be one of many, but without the destination nothing can continue.
    public bool IsLost(AirgapException failure) => FatalFailures.Is(failure, _repository.Name);

    public async Task CompleteAsync(ImageFailures failures, CancellationToken cancellationToken)
    {
        CompleteBundles whole = new(_plan, failures);
        await Parallel.ForEachAsync(
            _locations.FindAll(upload => whole.Contains(upload.Bundle)), Bounded(cancellationToken),
            async (upload, token) => await TryAsync($"{_repository.Name}:{upload.Tag}", null, () => upload.CompleteAsync(token)));

        PlannedItem[] arrived = [.. _plan.Items.Where(item => !failures.Contains(item.Digest))];
        await TryAsync($"the lists of referrers of {_repository.Name}", null,
            () => ReferrerTags.RestoreAsync(_repository, arrived, _options, cancellationToken));

        foreach (PlannedItem item in _plan.Items)
        {
            foreach (string tag in TagsOf(item).Where(tag => tag != _contentTags[item.Digest]))
                _withheld[(tag, item.Digest)] = true;
        }

        // One digest from two source repositories has two repository-based tags.
        await PutTagsAsync(arrived.Where(item => _contentTags[item.Digest] != TagOf(item)).DistinctBy(TagOf), TagOf);
        await PutTagsAsync(arrived.Where(
            item => item.Tag is not null && item != _plan.Root && (CosignTags.IsOne(item.Tag) || !failures.Any)), item => item.Tag!);

        // The user's own tag comes last: once it is visible, the bundle is complete.
        if (arrived.FirstOrDefault(item => item == _plan.Root) is { Tag: { } own } root && !failures.Any)
            await PutTagAsync(root, own, cancellationToken);

        Task PutTagsAsync(IEnumerable<PlannedItem> items, Func<PlannedItem, string> tagOf) => Parallel.ForEachAsync(
            items.ToArray(), Bounded(cancellationToken),
            async (item, token) => await TryAsync(item.Source.ToString(), item.Digest, () => PutTagAsync(item, tagOf(item), token)));

        async Task TryAsync(string reference, Digest? digest, Func<Task> work)
        {
            try
            {
                await work();
            }
            catch (AirgapException e) when (!IsLost(e) && failures.Take(reference, digest, e))
            {
                // The user's tag would announce it, so it is not written.
            }
        }
    }

    public RelocatedItem Describe(PlannedItem item, BlobOutcome outcome) => new(
        item, ImageReference.ByDigest(_repository.Name, item.Digest), outcome,
        [.. TagsOf(item).Where(tag => !_withheld.ContainsKey((tag, item.Digest)))]);

    public async ValueTask DisposeAsync()
    {
        foreach (LocationsUpload upload in _locations)
            await upload.DisposeAsync();
    }

    private async Task<ImmutableArray<PlannedBlob>> FindMissingAsync(bool mayPush, CancellationToken cancellationToken) =>
        await _required.FindAsync(await _present.LookAsync(_locations, mayPush, cancellationToken), _present.Damaged, cancellationToken);

    private string TagOf(PlannedItem item) => _options.RepositoryBasedTags ? RepositoryBasedTag.Of(item) : ContentTag.Of(item.Digest);

    private IEnumerable<string> TagsOf(PlannedItem item) => item.Tag is null ? [TagOf(item)] : [TagOf(item), item.Tag];

    private async Task PutTagAsync(PlannedItem item, string tag, CancellationToken cancellationToken)
    {
        // The tag's earlier digest may be outdated: another client may have moved the tag since.
        bool isThere = await _present.HasTagAsync(tag, item.Digest, cancellationToken)
            && (!_hasWritten || await _present.HasTagStillAsync(tag, item.Digest, cancellationToken));
        if (!isThere)
            await _repository.PushManifestAsync(item.Content.Manifest, tag, cancellationToken);
        _withheld.TryRemove((tag, item.Digest), out _);
    }
}
