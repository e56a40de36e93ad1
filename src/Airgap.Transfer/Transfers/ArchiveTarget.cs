using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers.Parts;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// A tar as a destination, imgpkg's or an OCI layout. Layers are written in parallel directly to their final offsets in
/// a partial file, which gets its name when complete.
/// </summary>
internal sealed class ArchiveTarget(
    string given, ArchiveFormat format, long? volumeSize, TransferPlan plan, TransferOptions options, AdaptiveConcurrency places,
    ITransferObserver observer) : ITransferTarget
{
    private static readonly IProgress<long> s_silent = new SilentProgress();
    private readonly string _path = OutputCheck.OfArchive(given, makesFolder: true).Path;
    private readonly ArchiveLayout _layout = ArchiveFormats.LayOut(plan, format);
    private readonly PartPlan? _parts = volumeSize is { } most
        ? PartPlan.Create(OutputCheck.OfArchive(given, makesFolder: true).Path, ArchiveFormats.LayOut(plan, format).Length, most) : null;
    private readonly Dictionary<Digest, ArchiveLayer> _layers = [];
    private IPartialArchive? _partial;
    private IReadOnlyDictionary<Digest, IBlobContent> _reusable = ImmutableDictionary<Digest, IBlobContent>.Empty;
    private bool _complete;

    public async Task<ImmutableArray<PlannedBlob>> PrepareAsync(CancellationToken cancellationToken)
    {
        RequiredLayers.Refuse(plan.Blobs);
        foreach (ArchiveLayer layer in _layout.Layers)
            _layers.Add(layer.Blob.Descriptor.Digest, layer);
        EarlierArchive earlier = new(_layout, observer);
        if (options.Resume && await IsUpToDateAsync(earlier, cancellationToken))
        {
            _complete = true;
            observer.Detail($"'{_path}' is complete and verified; it is left unchanged.");
            return [];
        }

        _partial = _parts is null
            ? await PartialArchive.OpenAsync(
                _path, _layout, options.Resume, options.Disk, observer, options.HashesArchive, cancellationToken)
            : await PartialParts.OpenAsync(_parts, _layout, options.Resume, options.Disk, observer, cancellationToken);
        if (options.Resume)
            _reusable = await earlier.FindLayersAsync([.. ExistingArchives(), PartialArchive.AsideOf(_path)], cancellationToken);
        return [.. plan.Blobs.Where(
            blob => !_partial.Layers.TryGetValue(blob.Descriptor.Digest, out PartialLayer? there) || !there.IsWhole)];
    }

    public async Task<ImmutableArray<RelocatedBlob>> ForecastAsync(CancellationToken cancellationToken)
    {
        RequiredLayers.Refuse(plan.Blobs);
        EarlierArchive earlier = new(_layout, observer);
        _complete = options.Resume && await IsUpToDateAsync(earlier, cancellationToken);
        if (options.Resume && !_complete)
            _reusable = await earlier.FindLayersAsync(
                [.. ExistingArchives(), PartialArchive.PathOf(_path), PartialArchive.AsideOf(_path)], cancellationToken);
        return [.. plan.Blobs.Select(blob => new RelocatedBlob(
            blob.Descriptor, _complete || _reusable.ContainsKey(blob.Descriptor.Digest) ? BlobOutcome.Present : BlobOutcome.Copied))];
    }

    // The tag is in manifest.json.
    public Task<bool> HasTagsAsync(CancellationToken cancellationToken) =>
        Task.FromResult(_complete || plan.Items.All(item => item.Tag is null));

    public async Task<BlobOutcome> PutBlobAsync(PlannedBlob blob, IProgress<long> progress, CancellationToken cancellationToken)
    {
        // A config is in manifest.json, which is written.
        if (!_layers.TryGetValue(blob.Descriptor.Digest, out ArchiveLayer? layer))
            return BlobOutcome.Copied;
        if (_reusable.TryGetValue(blob.Descriptor.Digest, out IBlobContent? earlier))
        {
            try
            {
                await Download(earlier, layer, null, s_silent).RunAsync(null, cancellationToken);
                _partial!.Arrived(layer);
                return BlobOutcome.Present;
            }
            catch (AirgapException e) when (e.Code is not (ErrorCode.DiskFull or ErrorCode.Canceled))
            {
                // An earlier archive only saves fetching. If the archive being written failed, it fails again below.
                observer.Detail($"{blob.Descriptor.Digest} is fetched again: {e.Message}");
            }
        }

        _partial!.Layers.TryGetValue(blob.Descriptor.Digest, out PartialLayer? there);
        if (!await Download(blob.Content, layer, places, progress).RunAsync(there, cancellationToken))
        {
            observer.Detail(
                $"{blob.Descriptor.Digest} is fetched from its beginning, by one stream: the bytes collected in the partial archive are " +
                "wrong.");
            await Download(blob.Content, layer, null, progress).RunAsync(null, cancellationToken);
        }

        _partial.Arrived(layer);
        return BlobOutcome.Copied;
    }

    // Manifests are in manifest.json, which is written first.
    public bool HasManifest(PlannedManifest manifest) => true;

    public Task PutManifestAsync(PlannedManifest manifest, CancellationToken cancellationToken) => Task.CompletedTask;

    // A disk that is full or missing ends every run.
    public bool IsLost(AirgapException failure) => false;

    public async Task CompleteAsync(ImageFailures failures, CancellationToken cancellationToken)
    {
        if (failures.Any)
        {
            observer.Detail(
                $"The archive has holes and stays '{(_parts is null ? PartialArchive.PathOf(_path) : PartsHolder.PathOf(_path))}'.");
            return;
        }

        if (_complete)
            ArchivedLock.Outdate(given);
        else
            await _partial!.CompleteAsync(cancellationToken);
    }

    public RelocatedItem Describe(PlannedItem item, BlobOutcome outcome) => new(item, null, _complete ? BlobOutcome.Present : outcome, []);

    public ValueTask DisposeAsync()
    {
        _partial?.Dispose();
        return ValueTask.CompletedTask;
    }

    public ImmutableArray<WrittenFile> Written => _partial?.Written ?? [];

    // Content of the first part comes first, and so does the content at the position that is hashed next.
    public IEnumerable<PlannedBlob> Order(IEnumerable<PlannedBlob> missing) => _parts is null && !options.HashesArchive
        ? missing.OrderByDescending(blob => blob.Descriptor.Size)
        : missing.OrderBy(blob => _layers.TryGetValue(blob.Descriptor.Digest, out ArchiveLayer? layer) ? layer.DataOffset : 0);

    private async Task<bool> IsUpToDateAsync(EarlierArchive earlier, CancellationToken cancellationToken)
    {
        foreach (ArchiveFile existing in _parts is null ? [_path] : EarlierParts.Find(_parts, observer))
        {
            if (await earlier.IsWholeAsync(existing, cancellationToken))
                return true;
        }

        return false;
    }

    private IEnumerable<ArchiveFile> ExistingArchives() => _parts is null ? [_path] : EarlierParts.FindAny(_path, observer);

    private LayerDownload Download(IBlobContent content, ArchiveLayer layer, AdaptiveConcurrency? helpers, IProgress<long> progress) =>
        new(content, _partial!, layer, helpers, options.Parts, progress);

    // Content reused from an earlier archive was not moved.
    private sealed class SilentProgress : IProgress<long>
    {
        public void Report(long value)
        {
        }
    }
}
