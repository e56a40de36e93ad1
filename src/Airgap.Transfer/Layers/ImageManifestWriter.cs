using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Layers;

/// <summary>
/// The manifest of an image with one layer, as written by imgpkg's push: with Docker's types, the only ones from which
/// it reads a bundle.
/// </summary>
internal static class ImageManifestWriter
{
    /// <summary>Writes a manifest.</summary>
    /// <param name="config">The config's bytes.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="annotations">Annotations, which imgpkg never writes; null or empty for none.</param>
    public static Manifest Write(ReadOnlySpan<byte> config, Descriptor layer, IReadOnlyDictionary<string, string>? annotations = null)
    {
        GoJson json = new();
        json.Raw("{\"schemaVersion\":2,\"mediaType\":").String(MediaTypes.DockerManifest).Raw(",\"config\":");
        Append(json, new Descriptor(MediaTypes.DockerConfig, Digest.Compute(config), config.Length));
        json.Raw(",\"layers\":[");
        Append(json, layer);
        json.Raw("]");
        if (annotations is { Count: > 0 })
            json.Raw(",\"annotations\":").Map(annotations);

        return Manifest.Parse(json.Raw("}").Written.ToArray(), MediaTypes.DockerManifest);
    }

    private static void Append(GoJson json, Descriptor descriptor) => json
        .Raw("{\"mediaType\":").String(descriptor.MediaType)
        .Raw(",\"size\":").Number(descriptor.Size)
        .Raw(",\"digest\":").String(descriptor.Digest.ToString())
        .Raw("}");
}
