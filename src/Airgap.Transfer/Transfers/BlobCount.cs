using Airgap.Oci.Content;

namespace Airgap.Transfer.Transfers;

/// <summary>A number of blobs, and their length in bytes.</summary>
public readonly record struct BlobCount(int Count, long Bytes)
{
    /// <summary>The sum.</summary>
    public static BlobCount operator +(BlobCount a, BlobCount b) => new(a.Count + b.Count, a.Bytes + b.Bytes);

    /// <summary>The sum of all.</summary>
    internal static BlobCount Sum(IEnumerable<BlobCount> counts) => counts.Aggregate(default(BlobCount), (sum, count) => sum + count);

    /// <summary>The blobs with an outcome.</summary>
    internal static BlobCount Of(IEnumerable<RelocatedBlob> blobs, BlobOutcome outcome) =>
        Sum(blobs.Where(blob => blob.Outcome == outcome).Select(blob => new BlobCount(1, blob.Descriptor.Size)));
}
