using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// An OCI layout in a folder as a destination. Existing content is hashed, kept, and not fetched again.
/// </summary>
internal sealed class LayoutFolderTarget(string path, TransferPlan plan, ITransferObserver observer) : ITransferTarget
{
    // Hashing occupies a processor, and reading one disk occupies only a few.
    private const int MostHashed = 4;

    private readonly ConcurrentDictionary<Digest, bool> _present = [];
    private LayoutFolder? _folder;
    private LayoutIndex? _earlier;

    public async Task<ImmutableArray<PlannedBlob>> PrepareAsync(CancellationToken cancellationToken)
    {
        if (plan.SourceDelta is not null)
            await RefuseAsync(cancellationToken);
        _folder = await LayoutFolder.OpenAsync(path, cancellationToken);
        _earlier = _folder.Earlier;
        await FindPresentAsync(cancellationToken);
        return [.. plan.Blobs.Where(blob => !_present.ContainsKey(blob.Descriptor.Digest))];
    }

    public async Task<ImmutableArray<RelocatedBlob>> ForecastAsync(CancellationToken cancellationToken)
    {
        _earlier = await ExistingLayout.LookAsync(path, cancellationToken);
        await RefuseAsync(cancellationToken);
        return [.. plan.Blobs.Select(
            blob => new RelocatedBlob(
                blob.Descriptor, _present.ContainsKey(blob.Descriptor.Digest) ? BlobOutcome.Present : BlobOutcome.Copied))];
    }

    public Task<bool> HasTagsAsync(CancellationToken cancellationToken) =>
        Task.FromResult(_earlier is not null && LayoutIndexWriter.Write(plan, _earlier).Span.SequenceEqual(_earlier.Bytes.Span));

    public async Task<BlobOutcome> PutBlobAsync(PlannedBlob blob, IProgress<long> progress, CancellationToken cancellationToken)
    {
        await _folder!.PutAsync(blob.Content, progress, cancellationToken);
        return BlobOutcome.Copied;
    }

    public bool HasManifest(PlannedManifest manifest) => _present.ContainsKey(manifest.Manifest.Digest);

    public Task PutManifestAsync(PlannedManifest manifest, CancellationToken cancellationToken) =>
        _folder!.PutAsync(new MemoryBlobContent(manifest.Manifest.Descriptor, manifest.Manifest.Bytes), new Progress(), cancellationToken);

    // A disk that is full or missing ends every run.
    public bool IsLost(AirgapException failure) => false;

    public Task CompleteAsync(ImageFailures failures, CancellationToken cancellationToken)
    {
        if (!failures.Any)
            return _folder!.CompleteAsync(plan, cancellationToken);
        observer.Detail($"'{path}' is incomplete, and its {LayoutNames.Index} is unchanged.");
        return Task.CompletedTask;
    }

    public RelocatedItem Describe(PlannedItem item, BlobOutcome outcome) => new(item, null, outcome, []);

    public ValueTask DisposeAsync()
    {
        _folder?.Dispose();
        return ValueTask.CompletedTask;
    }

    // A delta can only be added to a folder that has its base.
    private async Task RefuseAsync(CancellationToken cancellationToken)
    {
        await FindPresentAsync(cancellationToken);
        RequiredLayers.Refuse(plan.Blobs.Where(blob => !_present.ContainsKey(blob.Descriptor.Digest)));
    }

    private Task FindPresentAsync(CancellationToken cancellationToken) => Parallel.ForEachAsync(
        plan.Blobs.Select(blob => blob.Descriptor).Concat(LayoutArchive.ManifestsOf(plan).Select(node => node.Manifest.Descriptor))
        .DistinctBy(descriptor => descriptor.Digest),
        new ParallelOptions
        {
            MaxDegreeOfParallelism = Math.Min(Environment.ProcessorCount, MostHashed),
            CancellationToken = cancellationToken
        },
        async (descriptor, token) =>
        {
            if (await ExistingLayout.HasAsync(path, descriptor, observer, token))
                _present.TryAdd(descriptor.Digest, true);
        });

    // Manifests are counted by the engine.
    private sealed class Progress : IProgress<long>
    {
        public void Report(long value)
        {
        }
    }
}
