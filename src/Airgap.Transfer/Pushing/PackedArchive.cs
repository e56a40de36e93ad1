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
/// A bundle or image of files to write to an archive instead of a registry: the plan of the archive. The archive equals
/// that of a copy of the same pushed bundle, but without the images that a bundle pins, which are in a registry.
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

    /// <summary>The content of the archive, valid until this is disposed.</summary>
    public TransferPlan Plan { get; }

    /// <summary>Number of files in the layer.</summary>
    public int Files { get; }

    /// <summary>Makes the plan of the packed content.</summary>
    /// <param name="request">The request.</param>
    /// <param name="packed">The image, whose ownership is transferred.</param>
    /// <param name="entries">The entries of its layer.</param>
    public static PackedArchive Create(PushRequest request, PackedImage packed, IReadOnlyList<LayerEntry> entries)
    {
        RepositoryName repository = request.Destination.Repository;
        ImageReference reference = ImageReference.ByDigest(repository, packed.Manifest.Digest);
        StoredBytes? config = packed.Blobs.OfType<MemoryBlobContent>()
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
                $"The bundle pins {images} image(s), which are in a registry and not in the archive, so it cannot be imported as a bundle.",
                "To include them, push the bundle to a registry and copy it from there to an archive.")
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
