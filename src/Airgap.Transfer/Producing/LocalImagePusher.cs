using System.Collections.Immutable;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Pushing;

namespace Airgap.Transfer.Producing;

/// <summary>Pushes images that no registry has: every blob once, then the manifests, children before their index.</summary>
internal static class LocalImagePusher
{
    /// <summary>
    /// Pushes. An image gets the same tag as in a relocation, so that a registry's garbage collection keeps it.
    /// </summary>
    public static async Task<PushedBlob[]> PushAsync(
        ImmutableArray<LocalImage> images, IImageRepository repository, IPushObserver observer, CancellationToken cancellationToken)
    {
        List<PushedBlob> pushed = [];
        foreach (IBlobContent blob in images.SelectMany(image => image.Blobs).DistinctBy(blob => blob.Descriptor.Digest))
        {
            observer.BlobStarted(blob.Descriptor);
            BlobOutcome outcome = await repository.PushBlobAsync(
                blob, mountFrom: null, new Progress(observer, blob.Descriptor), cancellationToken);
            observer.BlobFinished(blob.Descriptor, outcome);
            pushed.Add(new PushedBlob(blob.Descriptor, outcome));
        }

        foreach (LocalImage image in images)
        {
            foreach (Manifest manifest in image.Manifests)
                await repository.PushManifestAsync(
                    manifest, manifest == image.Root ? ContentTag.Of(manifest.Digest) : null, cancellationToken);
        }

        return [.. pushed];
    }

    private sealed class Progress(IPushObserver observer, Descriptor blob) : IProgress<long>
    {
        public void Report(long value) => observer.BlobProgress(blob, value);
    }
}
