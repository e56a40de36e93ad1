using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Sharding;

/// <summary>A repository to which shards have sent all blobs: checks each blob, sends none, and reads the bundles.</summary>
/// <param name="inner">Takes manifests, locations images and tags.</param>
/// <param name="evidence">Checks that blobs exist.</param>
/// <param name="content">Compares the plan with the stored bundles; null if that was done before.</param>
/// <param name="missing">Makes the failure for missing blobs.</param>
internal sealed class FinishTarget(
    ITransferTarget inner, BlobEvidence evidence, RunPlanContent? content, Func<IReadOnlyCollection<Digest>, AirgapException> missing)
    : DelegatingTarget(inner)
{
    public override async Task<ImmutableArray<PlannedBlob>> PrepareAsync(CancellationToken cancellationToken)
    {
        // The inner target has checked the blobs of existing images, and returns all other blobs, including those that an existing image
        // lacks.
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
