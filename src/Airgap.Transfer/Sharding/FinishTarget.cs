using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Sharding;

/// <summary>A repository to which shards have brought all blobs: each is asked for, none is sent, and bundles are read.</summary>
/// <param name="inner">Takes manifests, locations images and tags.</param>
/// <param name="evidence">Shows that blobs are there.</param>
/// <param name="content">Compares the plan with the bundles that are there; null where that was done.</param>
/// <param name="missing">Makes the failure of blobs that are not.</param>
internal sealed class FinishTarget(
    ITransferTarget inner, BlobEvidence evidence, RunPlanContent? content, Func<IReadOnlyCollection<Digest>, AirgapException> missing)
    : DelegatingTarget(inner)
{
    public override async Task<ImmutableArray<PlannedBlob>> PrepareAsync(CancellationToken cancellationToken)
    {
        // Those of images that are there were asked for; these are the others, and what an image that is there lacks.
        ImmutableArray<PlannedBlob> left = await Inner.PrepareAsync(cancellationToken);
        IReadOnlyCollection<Digest> absent =
            await evidence.FindMissingAsync(left.Select(blob => blob.Descriptor), cancellationToken);
        if (absent.Count > 0)
            throw missing(absent);
        if (content is not null)
            await content.CheckAsync(cancellationToken);
        return [];
    }
}
