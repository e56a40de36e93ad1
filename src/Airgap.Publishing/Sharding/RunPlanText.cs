using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Sharding;

/// <summary>Describes a plan for shards.</summary>
internal static class RunPlanText
{
    /// <summary>
    /// Its size: <c>12 images, 40 blobs (3.1 MB)</c>; each image and each blob counts once, to however many repositories it goes.
    /// </summary>
    public static string Amount(IReadOnlyList<TransferPlan> plans)
    {
        PlannedBlob[] blobs = [.. plans.SelectMany(plan => plan.Blobs).DistinctBy(blob => blob.Descriptor.Digest)];
        int images = plans.SelectMany(plan => plan.Items).DistinctBy(item => item.Digest).Count();
        return $"{Count(images, "image")}, {Count(blobs.Length, "blob")} " +
            $"({ByteSize.Format(blobs.Sum(blob => blob.Descriptor.Size))})";
    }

    /// <summary>Its division: <c>, 8 shards of 1.2 MB to 1.3 MB</c>; empty if the number of shards is unknown.</summary>
    public static string Shares(IReadOnlyList<TransferPlan> plans, int? shards)
    {
        if (shards is not { } count)
            return "";
        long[] bytes = new long[count];
        ShardAssignment assignment = ShardAssignment.Of(plans, count);
        foreach (PlannedBlob blob in plans.SelectMany(plan => plan.Blobs).DistinctBy(blob => blob.Descriptor.Digest))
            bytes[assignment.ShardOf(blob.Descriptor.Digest) - 1] += blob.Descriptor.Size;
        return $", {Count(count, "shard")} of {ByteSize.Format(bytes.Min())} to {ByteSize.Format(bytes.Max())}";
    }

    /// <summary>A shard's result: <c>12 blobs copied (3.1 MB), 4 images completed</c>.</summary>
    public static string Sent(IReadOnlyList<TransferResult> sent)
    {
        WorkTotals totals = WorkTotals.Of(sent);
        // A shard's archive lists all images but has only its own blobs, so it completes none.
        TransferResult[] put = [.. sent.Where(result => result.Destination is RelocationDestination.Repository)];
        string[] parts =
        [
            .. new[] { (totals.Copied, "copied"), (totals.Mounted, "mounted"), (totals.Present, "already present") }
                .Where(part => part.Item1.Count > 0)
                .Select(part => $"{Count(part.Item1.Count, "blob")} {part.Item2} ({ByteSize.Format(part.Item1.Bytes)})")
                .DefaultIfEmpty("no blobs"),
            .. put.Length == 0 ? [] : new[] { $"{Count(put.Sum(result => result.Items.Length), "image")} completed" },
        ];
        return string.Join(", ", parts);
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
