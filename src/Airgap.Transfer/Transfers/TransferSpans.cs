using System.Diagnostics;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// The spans of one transfer: one for each image from its first blob to its manifest, one for each blob below the first image that has it,
/// and one for each manifest that is pushed.
/// </summary>
/// <param name="plan">The content.</param>
/// <param name="destination">The registry, or <c>archive</c>.</param>
internal sealed class TransferSpans(TransferPlan plan, string destination)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PlannedItem, Activity?> _images = new(ReferenceEqualityComparer.Instance);
    private readonly Lazy<Dictionary<Digest, PlannedItem>> _owners = new(() => Owners(plan));

    private static bool IsOn => RelocationTelemetry.Source.HasListeners();

    /// <summary>Begins a blob; null without a listener.</summary>
    public Activity? BeginBlob(Descriptor blob) => Begin("blob", blob)?.SetTag("airgap.blob.size", blob.Size);

    /// <summary>Ends a blob that arrived.</summary>
    public void EndBlob(Activity? span, Descriptor blob, BlobOutcome outcome)
    {
        RelocationTelemetry.CountBlob(blob, outcome, destination);
        span?.SetTag("airgap.blob.outcome", RelocationTelemetry.NameOf(outcome)).Dispose();
    }

    /// <summary>Counts the blobs that the destination had before the transfer.</summary>
    public void CountPresent(IEnumerable<Descriptor> blobs)
    {
        foreach (Descriptor blob in blobs)
            RelocationTelemetry.CountBlob(blob, BlobOutcome.Present, destination);
    }

    /// <summary>Waits for everything that a manifest needs, and names the last arrival.</summary>
    /// <returns>The last digest; null without a listener, or with nothing to wait for.</returns>
    public static async Task<Digest?> WaitForAsync(PlannedManifest node, Task<BlobOutcome>[] needed)
    {
        if (!IsOn || needed.Length == 0)
        {
            await Task.WhenAll(needed);
            return null;
        }

        Task<BlobOutcome> last = needed[0];
        await foreach (Task<BlobOutcome> each in Task.WhenEach(needed))
            last = each;
        await Task.WhenAll(needed);
        int index = Array.IndexOf(needed, last);
        return index < node.Blobs.Length ? node.Blobs[index].Digest : node.Children[index - node.Blobs.Length].Manifest.Digest;
    }

    /// <summary>Begins the PUT of a manifest; null without a listener.</summary>
    /// <param name="node">The manifest.</param>
    /// <param name="last">The digest that arrived last.</param>
    public Activity? BeginManifest(PlannedManifest node, Digest? last) =>
        Begin("manifest", node.Manifest.Descriptor)?.SetTag("airgap.waited.for", last?.ToString());

    /// <summary>Ends an image.</summary>
    public void EndItem(PlannedItem item, BlobOutcome? outcome, Exception? failure = null)
    {
        Activity? span;
        lock (_lock)
        {
            if (!_images.Remove(item, out span))
                return;
        }

        if (outcome is { } reached)
            span?.SetTag("airgap.image.outcome", RelocationTelemetry.NameOf(reached));
        if (failure is not null)
            RelocationTelemetry.Fail(span, failure);
        span?.Dispose();
    }

    private Activity? Begin(string name, Descriptor content)
    {
        if (!IsOn)
            return null;
        Activity? image = _owners.Value.TryGetValue(content.Digest, out PlannedItem? item) ? ImageOf(item) : null;
        Activity? span = image is null
            ? RelocationTelemetry.Source.StartActivity(name)
            : RelocationTelemetry.Source.StartActivity(name, ActivityKind.Internal, image.Context);
        return span?.SetTag("airgap.digest", content.Digest.ToString());
    }

    private Activity? ImageOf(PlannedItem item)
    {
        lock (_lock)
        {
            if (_images.TryGetValue(item, out Activity? known))
                return known;
            // The image's span is the parent of many concurrent spans, so it is never the current one.
            Activity? before = Activity.Current;
            Activity? span = RelocationTelemetry.Source.StartActivity("image");
            Activity.Current = before;
            span?.SetTag("container.image.name", item.Source.Repository.ToString())
                .SetTag("oci.manifest.digest", item.Digest.ToString())
                .SetTag("airgap.image.size", item.Size);
            _images.Add(item, span);
            return span;
        }
    }

    private static Dictionary<Digest, PlannedItem> Owners(TransferPlan plan)
    {
        Dictionary<Digest, PlannedItem> owners = [];
        foreach (PlannedItem item in plan.Items)
        {
            foreach (PlannedManifest node in item.Content.SelfAndDescendants())
            {
                owners.TryAdd(node.Manifest.Digest, item);
                foreach (Descriptor blob in node.Blobs)
                    owners.TryAdd(blob.Digest, item);
            }
        }

        return owners;
    }
}
