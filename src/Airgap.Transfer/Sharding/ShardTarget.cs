using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Sharding;

/// <summary>
/// A repository as the destination of a shard. Checks each of the shard's blobs before it is read, since another run of the same
/// shard may have sent it.
/// </summary>
/// <param name="inner">Takes blobs and manifests.</param>
/// <param name="repository">The destination.</param>
/// <param name="plan">The shard's part.</param>
/// <param name="concurrency">The number of concurrent requests.</param>
/// <param name="observer">Receives details for the log.</param>
internal sealed class ShardTarget(
    ITransferTarget inner, IImageRepository repository, TransferPlan plan, int concurrency, ITransferObserver observer)
    : DelegatingTarget(inner)
{
    public override async Task<ImmutableArray<PlannedBlob>> PrepareAsync(CancellationToken cancellationToken)
    {
        // The blobs of existing images are present; all others of the shard are checked.
        HashSet<Digest> wanted = [.. plan.Blobs.Select(blob => blob.Descriptor.Digest)];
        HashSet<Digest> missing = [.. (await Inner.PrepareAsync(cancellationToken)).Select(blob => blob.Descriptor.Digest)];
        wanted.ExceptWith(plan.Items.SelectMany(item => item.Content.Blobs).Select(blob => blob.Digest)
            .Where(blob => !missing.Contains(blob)));
        ConcurrentDictionary<Digest, bool> there = [];
        await Parallel.ForEachAsync(
            plan.Blobs.Where(blob => wanted.Contains(blob.Descriptor.Digest)),
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, concurrency), CancellationToken = cancellationToken },
            async (blob, token) => there[blob.Descriptor.Digest] = await HasAsync(blob, token));
        return [.. plan.Blobs.Where(blob => there.TryGetValue(blob.Descriptor.Digest, out bool isThere) && !isThere)];
    }

    // The check only saves uploads: if it fails, the upload itself checks whether the blob exists.
    private async Task<bool> HasAsync(PlannedBlob blob, CancellationToken cancellationToken)
    {
        try
        {
            return await repository.Unretried.HasBlobAsync(blob.Descriptor, cancellationToken);
        }
        catch (AirgapException e) when (e.Code != ErrorCode.Canceled)
        {
            observer.Detail($"{repository.Name} does not report whether it has {blob.Descriptor.Digest}: {e.Message}");
            return false;
        }
    }
}
