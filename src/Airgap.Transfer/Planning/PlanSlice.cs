using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>Extracts images from a plan, with everything that belongs to them, as a separate plan.</summary>
/// <param name="plan">The plan.</param>
internal sealed class PlanSlice(TransferPlan plan)
{
    private readonly ILookup<Digest, PlannedItem> _images = AttachedItems.Without(plan.Items).ToLookup(item => item.Digest);
    private readonly Dictionary<Digest, PlannedBundle> _bundles =
        plan.Bundles.DistinctBy(bundle => bundle.Digest).ToDictionary(bundle => bundle.Digest);

    /// <summary>The images of the plan, the root first, without attached artifacts.</summary>
    public IEnumerable<PlannedItem> Images =>
        _images.SelectMany(same => same).OrderBy(item => item == plan.Root ? 0 : item.IsBundle ? 1 : 2);

    /// <summary>An image and, if it is a bundle, everything it pins, at any depth.</summary>
    public IEnumerable<PlannedItem> ClosureOf(PlannedItem item)
    {
        HashSet<Digest> seen = [item.Digest];
        Queue<PlannedItem> next = new([item]);
        while (next.TryDequeue(out PlannedItem? current))
        {
            yield return current;
            if (!current.IsBundle || !_bundles.TryGetValue(current.Digest, out PlannedBundle? bundle))
                continue;
            foreach (Digest digest in bundle.Lock.Images.Select(image => image.Image.Digest).OfType<Digest>().Where(seen.Add))
            {
                foreach (PlannedItem pinned in _images[digest])
                    next.Enqueue(pinned);
            }
        }
    }

    /// <summary>A plan of some of the images.</summary>
    /// <param name="images">The images.</param>
    /// <param name="mountFrom">A repository that will have the <paramref name="mountable"/> blobs when this plan is
    /// carried out; null for none.</param>
    /// <param name="mountable">The blobs available there.</param>
    public TransferPlan Of(IReadOnlyCollection<PlannedItem> images, RepositoryName? mountFrom, IReadOnlySet<Digest> mountable)
    {
        HashSet<PlannedItem> chosen = new(images, ReferenceEqualityComparer.Instance);
        chosen.UnionWith(AttachedItems.To(
            images, [.. plan.Items.Except(_images.SelectMany(same => same), ReferenceEqualityComparer.Instance).Cast<PlannedItem>()]));
        PlannedItem[] items = [.. plan.Items.Where(chosen.Contains)];
        PlannedManifest[] nodes = [.. items.SelectMany(item => item.Content.SelfAndDescendants())];
        HashSet<Digest> manifests = [.. items.Select(item => item.Digest)];
        HashSet<Digest> blobs = [.. nodes.SelectMany(node => node.Blobs).Select(blob => blob.Digest)];
        bool hasRoot = plan.Root is { } root && chosen.Contains(root);
        return plan with
        {
            Items = [.. items],
            Root = hasRoot ? plan.Root : null,
            Bundles = [.. plan.Bundles.Where(bundle => manifests.Contains(bundle.Digest))],
            Blobs = [.. plan.Blobs.Where(blob => blobs.Contains(blob.Descriptor.Digest)).Select(Placed)],
            // Bytes that another slice brings do not arrive with this one.
            SkippedLayers = SkippedLayer.In(nodes, blobs.Contains),
            ImagesLock = null,
            State = null,
            Warnings = mountFrom is null ? plan.Warnings : [],
            Failures = mountFrom is null ? plan.Failures : [],
            Retries = mountFrom is null ? plan.Retries : 0,
        };

        PlannedBlob Placed(PlannedBlob blob) =>
            mountFrom is not null && mountable.Contains(blob.Descriptor.Digest) ? blob with { Origin = mountFrom } : blob;
    }
}
