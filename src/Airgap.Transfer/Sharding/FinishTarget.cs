using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Sharding;

/// <summary>A repository with all blobs, sent by shards: each blob is looked for, none is sent.</summary>
/// <param name="inner">Takes manifests, locations images and tags.</param>
/// <param name="evidence">Shows that blobs are there.</param>
/// <param name="missing">Makes the failure of blobs that are not.</param>
internal sealed class FinishTarget(
    ITransferTarget inner, BlobEvidence evidence, Func<IReadOnlyCollection<Digest>, AirgapException> missing) : DelegatingTarget(inner)
{
    public override async Task<ImmutableArray<PlannedBlob>> PrepareAsync(CancellationToken cancellationToken)
    {
        // Those of images that are there were asked for; these are the others, and what an image that is there lacks.
        ImmutableArray<PlannedBlob> left = await Inner.PrepareAsync(cancellationToken);
        IReadOnlyCollection<Digest> absent =
            await evidence.FindMissingAsync(left.Select(blob => blob.Descriptor), cancellationToken);
        return absent.Count == 0 ? [] : throw missing(absent);
    }
}
