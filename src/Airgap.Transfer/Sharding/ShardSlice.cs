using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Sharding;

/// <summary>Extracts a shard's part from a plan.</summary>
internal static class ShardSlice
{
    /// <summary>
    /// The shard's blobs, and the images that they complete. Content that refers to other images, is attached to one, or has a user's tag
    /// waits for the finish.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="isOwn">True for the shard's blobs.</param>
    public static TransferPlan Of(TransferPlan plan, Func<Digest, bool> isOwn) => plan with
    {
        Items = [.. plan.Items.Where(item => item is { IsBundle: false, Tag: null, Content.Manifest: { IsIndex: false, Subject: null } }
            && item != plan.Root && item.Content.Blobs.All(blob => isOwn(blob.Digest)))],
        Root = null,
        Bundles = [],
        Blobs = [.. plan.Blobs.Where(blob => isOwn(blob.Descriptor.Digest))],
        SkippedLayers = [],
        ImagesLock = null,
        Warnings = [],
    };
}
