using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Files;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Pushing;

/// <summary>
/// A bundle or image of files that goes into an archive and to no registry: the plan by which the archive is written. It is the archive
/// that a copy would have written of the same bundle, pushed; but what a bundle pins is in a registry, and is not in it.
/// </summary>
internal sealed class PackedArchive : IDisposable
{
    private readonly PackedImage _packed;

    private PackedArchive(PackedImage packed, TransferPlan plan, int files)
    {
        _packed = packed;
        Plan = plan;
        Files = files;
    }

    /// <summary>What goes into the archive; good until this is disposed.</summary>
    public TransferPlan Plan { get; }

    /// <summary>Number of files in the layer.</summary>
    public int Files { get; }

    /// <summary>Makes the plan of what was packed.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="packed">The image, which this owns from now on.</param>
    /// <param name="entries">What is in its layer.</param>
    public static PackedArchive Create(PushRequest request, PackedImage packed, IReadOnlyList<LayerEntry> entries)
    {
        RepositoryName repository = request.Destination.Repository;
        ImageReference reference = ImageReference.ByDigest(repository, packed.Manifest.Digest);
        HeldBytes? config = packed.Blobs.OfType<MemoryBlobContent>()
            .FirstOrDefault(blob => blob.Descriptor.Digest == packed.Manifest.Config!.Digest)?.Held;
        PlannedItem item = new()
        {
            Source = reference,
            Content = PlannedManifest.FromImage(repository, packed.Manifest, config, includeNonDistributable: true),
            OriginalReference = request.IsBundle ? reference.ToString() : "",
            Tag = request.Destination.Tag,
            IsRootBundle = request.IsBundle,
            IsBundle = request.IsBundle,
        };
        RelocationSource source = request.IsBundle
            ? new RelocationSource.Bundle(request.Destination) : new RelocationSource.Image(request.Destination);
        PlanBuilder builder = new(source, new PlanOptions(), new ImageFailures(keepGoing: false));
        builder.Add(item);
        if (request.IsBundle && ImagesOf(entries) is > 0 and var images)
        {
            builder.Warn(new Diagnostic(
                ErrorCode.PinnedImagesNotPacked,
                $"The bundle pins {images} image(s), which are in a registry and not in the archive: it cannot be imported as a bundle.",
                "To carry them, push the bundle to a registry and copy it from there into an archive.")
            { Reference = reference.ToString() });
        }

        TransferPlan plan = builder.Build(
            item, (_, blob) => new PlannedBlob(
                packed.Blobs.First(content => content.Descriptor.Digest == blob.Digest), null), imagesLock: null);
        return new PackedArchive(packed, plan, entries.Count(entry => !entry.IsFolder));
    }

    public void Dispose() => _packed.Dispose();

    private static int ImagesOf(IReadOnlyList<LayerEntry> entries)
    {
        LayerEntry lockEntry = entries.First(entry => !entry.IsFolder && entry.Path == BundleFiles.Lock);
        try
        {
            using FileStream file = new(lockEntry.FullPath, FileMode.Open, FileAccess.Read, FileShare.Read);
            return ImagesLock.Read(file, lockEntry.FullPath).Images.Length;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, lockEntry.FullPath);
        }
    }
}
