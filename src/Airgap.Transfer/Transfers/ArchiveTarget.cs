using System.Buffers;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Registry;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Planning;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// An imgpkg archive as a destination. Every layer goes straight to its final offset of a partial file, in parallel; the file takes
/// its name when it is complete.
/// </summary>
internal sealed class ArchiveTarget(string path, TransferPlan plan, TransferOptions options, ITransferObserver observer) : ITransferTarget
{
    private const int BufferSize = 256 * 1024;

    private readonly ArchiveLayout _layout = ArchiveLayout.Create(plan);
    private readonly Dictionary<Digest, ArchiveLayer> _layers = [];
    private PartialArchive? _partial;
    private IReadOnlyDictionary<Digest, IBlobContent> _reusable = ImmutableDictionary<Digest, IBlobContent>.Empty;
    private bool _complete;

    public async Task<ImmutableArray<PlannedBlob>> PrepareAsync(CancellationToken cancellationToken)
    {
        foreach (ArchiveLayer layer in _layout.Layers)
            _layers.Add(layer.Blob.Descriptor.Digest, layer);
        HashSet<Digest> there = [];
        if (options.Resume)
        {
            EarlierArchive earlier = new(path, _layout, observer);
            there = await earlier.VerifyInPlaceAsync(path, cancellationToken);
            if (there.Count == _layers.Count && earlier.IsComplete)
            {
                _complete = true;
                observer.Detail($"'{path}' is complete and verified; it is left alone.");
                return [];
            }

            _reusable = earlier.FindLayers();
            there = await earlier.VerifyInPlaceAsync(PartialArchive.PathOf(path), cancellationToken);
        }

        _partial = PartialArchive.Open(path, _layout, keep: there.Count > 0);
        return [.. plan.Blobs.Where(blob => !there.Contains(blob.Descriptor.Digest))];
    }

    public async Task<BlobOutcome> PutBlobAsync(PlannedBlob blob, IProgress<long> progress, CancellationToken cancellationToken)
    {
        // A config stands in manifest.json, which is written.
        if (!_layers.TryGetValue(blob.Descriptor.Digest, out ArchiveLayer? layer))
            return BlobOutcome.Copied;
        if (_reusable.TryGetValue(blob.Descriptor.Digest, out IBlobContent? earlier))
        {
            try
            {
                await WriteAsync(earlier, layer, progress: null, cancellationToken);
                return BlobOutcome.Present;
            }
            catch (AirgapException e) when (e.Code is ErrorCode.ArchiveDigestMismatch or ErrorCode.InvalidArchive or ErrorCode.FileNotFound)
            {
                observer.Detail($"{blob.Descriptor.Digest} is fetched again: {e.Message}");
            }
        }

        await WriteAsync(blob.Content, layer, progress, cancellationToken);
        return BlobOutcome.Copied;
    }

    // Manifests stand in manifest.json, which is written first.
    public bool HasManifest(PlannedManifest manifest) => true;

    public Task PutManifestAsync(PlannedManifest manifest, CancellationToken cancellationToken) => Task.CompletedTask;

    // A disk that is full or gone ends every run.
    public bool IsLost(AirgapException failure) => false;

    public async Task CompleteAsync(ImageFailures failures, CancellationToken cancellationToken)
    {
        if (failures.Any)
        {
            observer.Detail($"The archive has holes and stays '{PartialArchive.PathOf(path)}'.");
            return;
        }

        if (!_complete)
            await _partial!.CompleteAsync(cancellationToken);
        await ArchivedLock.WriteAsync(path, plan.ImagesLock, cancellationToken);
    }

    public RelocatedItem Describe(PlannedItem item, BlobOutcome outcome) => new(item, null, _complete ? BlobOutcome.Present : outcome, []);

    public ValueTask DisposeAsync()
    {
        _partial?.Dispose();
        return ValueTask.CompletedTask;
    }

    // The stream verifies on the read that gives the last byte, so what is written wrongly is never counted as written.
    private async Task WriteAsync(IBlobContent content, ArchiveLayer layer, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        long sent = 0;
        try
        {
            await using Stream stream = await content.OpenAsync(0, cancellationToken);
            while (true)
            {
                int filled = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
                if (filled == 0)
                    return;
                await _partial!.WriteAsync(buffer.AsMemory(0, filled), layer.DataOffset + sent, cancellationToken);
                sent += filled;
                progress?.Report(filled);
            }
        }
        catch
        {
            progress?.Report(-sent);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
