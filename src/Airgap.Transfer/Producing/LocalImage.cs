using System.Collections.Immutable;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Producing;

/// <summary>An image that is not yet in any registry, with all its bytes available locally.</summary>
/// <param name="Manifests">Its manifests, children before their index, the image itself last.</param>
/// <param name="Blobs">Its configs and layers, each once.</param>
internal sealed record LocalImage(ImmutableArray<Manifest> Manifests, ImmutableArray<IBlobContent> Blobs)
{
    /// <summary>The image's manifest or index.</summary>
    public Manifest Root => Manifests[^1];

    /// <summary>Finds a complete image in its archive.</summary>
    /// <exception cref="Oci.AirgapException"><inheritdoc cref="ImageArchive.GetBlob"/></exception>
    public static async Task<LocalImage> ReadAsync(Manifest root, string archivePath, CancellationToken cancellationToken)
    {
        ImageArchive archive = ImageArchive.Open(archivePath);
        Manifest[] images = root.IsIndex
            ? await Task.WhenAll(root.Manifests.Select(child => archive.ReadManifestAsync(child, cancellationToken))) : [];
        IEnumerable<Descriptor> blobs =
            images.Append(root).Where(image => !image.IsIndex).SelectMany(image => image.Layers.Prepend(image.Config!));
        return new LocalImage([.. images, root],
            [.. blobs.Where(blob => !MediaTypes.IsNonDistributable(blob.MediaType)).DistinctBy(blob => blob.Digest)
                .Select(archive.GetBlob)]);
    }
}
