using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>
/// Saves a round trip of a bundle so small that round trips are most of what it costs. When all its images were found, only their configs
/// are unknown, which show whether an image is a bundle itself. All blobs known by then are copied in any case, so they are read, and their
/// uploads are opened, beside the configs.
/// </summary>
/// <param name="reader">Reads the source.</param>
/// <param name="options">The number of concurrent requests.</param>
/// <param name="state">The destination; null for none.</param>
internal sealed class SmallBundle(SourceReader reader, PlanOptions options, DestinationState? state)
{
    private readonly Lock _lock = new();
    private readonly List<PlannedManifest> _found = [];
    private HashSet<Digest>? _awaited;
    private Task _reading = Task.CompletedTask;

    /// <summary>Sets the bundle, and the images that it pins.</summary>
    public void Expect(PlannedManifest bundle, IEnumerable<LockedImage> images, CancellationToken cancellationToken)
    {
        if (state?.Ahead is null)
            return;
        lock (_lock)
            _awaited = [.. images.Select(locked => locked.Image.Digest!.Value), bundle.Manifest.Digest];
        Note(bundle, cancellationToken);
    }

    /// <summary>Records that an image was found, with all its descendants.</summary>
    public void Note(PlannedManifest image, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_awaited?.Remove(image.Manifest.Digest) != true)
                return;
            _found.Add(image);
            if (_awaited.Count > 0)
                return;
        }

        // In the plan's order, so that it does not depend on timing which of two repositories gives a blob that both have.
        PlannedManifest[] nodes =
        [
            .. _found.OrderBy(found => found.Manifest.Digest.ToString(), StringComparer.Ordinal)
                .SelectMany(found => found.SelfAndDescendants()),
        ];
        (PlannedManifest Node, Descriptor Blob)[] blobs =
            [.. nodes.SelectMany(node => node.Blobs.Select(blob => (node, blob))).DistinctBy(pair => pair.blob.Digest)];
        // The run would open as many uploads at the same time, the bytes fit into memory, and no blob is mounted instead of sent.
        if (blobs.Length > options.Concurrency || blobs.Sum(pair => pair.Blob.Size) > PlannedManifest.SmallBlob
            || nodes.Any(node => node.Origin.Registry == state!.Name.Registry) || !state!.TryOpenAhead(blobs.Select(pair => pair.Blob)))
            return;
        _reading = Task.WhenAll(
            blobs.Select(pair => reader.ReadSmallBlobAsync(pair.Node.Origin, pair.Blob, cancellationToken)));
        Prefetch.Forget(_reading);
    }

    /// <summary>Waits for the blobs that are being read, so that the transfer does not request them again.</summary>
    public Task WhenReadAsync() => _reading.ContinueWith(
        // The transfer requests what could not be read, and reports its failure.
        static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
