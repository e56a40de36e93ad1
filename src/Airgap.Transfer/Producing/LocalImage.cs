using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Producing;

/// <summary>An image that is not yet in any registry, with all its bytes available locally.</summary>
/// <param name="Manifests">Its manifests, children before their index, the image itself last.</param>
/// <param name="Blobs">Its configs and layers, each once.</param>
internal sealed record LocalImage(ImmutableArray<Manifest> Manifests, ImmutableArray<IBlobContent> Blobs)
{
    private const int MaxDepth = 16;

    /// <summary>The image's manifest or index.</summary>
    public Manifest Root => Manifests[^1];

    /// <summary>Finds a complete image in its archive.</summary>
    /// <exception cref="AirgapException"><inheritdoc cref="ImageArchive.GetBlob"/></exception>
    public static async Task<LocalImage> ReadAsync(Manifest root, string archivePath, CancellationToken cancellationToken)
    {
        ImageArchive archive = ImageArchive.Open(archivePath);
        List<Manifest> manifests = [];
        HashSet<Digest> seen = [];
        await AddAsync(root, 0);
        IEnumerable<Descriptor> blobs =
            manifests.Where(image => !image.IsIndex).SelectMany(image => image.Layers.Prepend(image.Config!));
        return new LocalImage([.. manifests],
            [.. blobs.Where(blob => !MediaTypes.IsNonDistributable(blob.MediaType)).DistinctBy(blob => blob.Digest)
                .Select(archive.GetBlob)]);

        // An index may list further indexes.
        async Task AddAsync(Manifest manifest, int depth)
        {
            if (depth > MaxDepth)
                throw archive.Invalid($"its index is nested deeper than {MaxDepth} levels");
            foreach (Descriptor child in manifest.IsIndex ? manifest.Manifests : [])
            {
                if (seen.Add(child.Digest))
                    await AddAsync(await archive.ReadManifestAsync(child, cancellationToken), depth + 1);
            }

            manifests.Add(manifest);
        }
    }
}
