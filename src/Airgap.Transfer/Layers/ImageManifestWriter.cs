using System.Globalization;
using System.Text;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Layers;

/// <summary>The manifest of an image with one layer, as imgpkg writes it when it pushes: Docker's types, which are the only ones it reads a bundle from.</summary>
public static class ImageManifestWriter
{
    /// <summary>Writes a manifest.</summary>
    /// <param name="config">The config's bytes.</param>
    /// <param name="layer">The layer.</param>
    public static Manifest Write(ReadOnlySpan<byte> config, Descriptor layer)
    {
        StringBuilder json = new();
        json.Append(CultureInfo.InvariantCulture, $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.DockerManifest}}","config":""");
        Append(json, new Descriptor(MediaTypes.DockerConfig, Digest.Compute(config), config.Length));
        json.Append(",\"layers\":[");
        Append(json, layer);
        json.Append("]}");
        return Manifest.Parse(Encoding.UTF8.GetBytes(json.ToString()), MediaTypes.DockerManifest);
    }

    private static void Append(StringBuilder json, Descriptor descriptor) => json.Append(
        CultureInfo.InvariantCulture,
        $$"""{"mediaType":"{{descriptor.MediaType}}","size":{{descriptor.Size}},"digest":"{{descriptor.Digest}}"}""");
}
