using System.IO.Compression;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Transfer.Layers;

namespace Airgap.Publishing;

/// <summary>Checks that a plain image has <c>packages/</c>, which it needs to serve as a package repository.</summary>
internal static class PlainImagePackages
{
    /// <summary>The maximum size of a layer to read for a warning.</summary>
    private const long MostBytes = 64 * 1024 * 1024;

    /// <summary>
    /// True if the image has <c>packages/</c>, false if not; null if unknown: for a large image, an index, or an unreadable image.
    /// </summary>
    public static async Task<bool?> FindAsync(IImageRepository repository, Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            if (await repository.FindManifestAsync(
                digest.ToString(), cancellationToken) is not { IsIndex: false, Layers: { IsEmpty: false } layers }
                || layers.Sum(layer => layer.Size) > MostBytes)
                return null;
            foreach (Descriptor layer in layers)
            {
                if (layer.MediaType is not (MediaTypes.DockerLayerGzip or MediaTypes.OciLayerGzip))
                    return null;
                await using Stream packed = await repository.GetBlob(layer).OpenAsync(0, cancellationToken);
                if (await HasAsync(packed, cancellationToken))
                    return true;
            }

            return false;
        }
        catch (Exception e) when (e is AirgapException { Code: not ErrorCode.Canceled } or IOException or InvalidDataException
            or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static async Task<bool> HasAsync(Stream packed, CancellationToken cancellationToken)
    {
        await using GZipStream gzip = new(packed, CompressionMode.Decompress);
        LayerTarReader tar = new(gzip);
        while (await tar.ReadNextAsync(cancellationToken) is { } entry)
        {
            string name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name.TrimStart('/');
            if (name.StartsWith("packages/", StringComparison.Ordinal) || (name == "packages" && entry.Kind == LayerTarKind.Folder))
                return true;
        }

        return false;
    }
}
