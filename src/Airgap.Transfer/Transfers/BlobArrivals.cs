using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>Tracks which blobs of a plan have arrived, for the manifests that wait for them.</summary>
internal sealed class BlobArrivals(TransferPlan plan)
{
    private readonly Dictionary<Digest, TaskCompletionSource<BlobOutcome>> _blobs =
        plan.Blobs.ToDictionary(
            blob => blob.Descriptor.Digest, _ => new TaskCompletionSource<BlobOutcome>(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>The arrival of a blob, to be completed.</summary>
    public TaskCompletionSource<BlobOutcome> this[Digest digest] => _blobs[digest];

    /// <summary>The blobs that have arrived, in the plan's order.</summary>
    public ImmutableArray<RelocatedBlob> All =>
    [
        .. plan.Blobs.Where(blob => _blobs[blob.Descriptor.Digest].Task.IsCompletedSuccessfully)
            .Select(blob => new RelocatedBlob(blob.Descriptor, _blobs[blob.Descriptor.Digest].Task.Result)),
    ];

    /// <summary>Records that all blobs except the missing ones are there.</summary>
    /// <returns>The blobs that are there.</returns>
    public IReadOnlyList<Descriptor> SetPresentBut(ImmutableArray<PlannedBlob> missing)
    {
        HashSet<Digest> absent = [.. missing.Select(blob => blob.Descriptor.Digest)];
        Descriptor[] present = [.. plan.Blobs.Select(blob => blob.Descriptor).Where(blob => !absent.Contains(blob.Digest))];
        foreach (Descriptor blob in present)
            _blobs[blob.Digest].SetResult(BlobOutcome.Present);
        return present;
    }
}
