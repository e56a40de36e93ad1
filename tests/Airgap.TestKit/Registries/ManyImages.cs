using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Airgap.TestKit.Registries;

/// <summary>A bundle that pins many small images.</summary>
public static class ManyImages
{
    /// <summary>Its repository and tag.</summary>
    public const string Bundle = "many/bundle:v1";

    /// <summary>Pushes it, and its images.</summary>
    /// <param name="registry">The registry to push to.</param>
    /// <param name="host">The registry's name in the bundle's lock.</param>
    /// <param name="count">The number of images.</param>
    public static async Task WriteAsync(Uri registry, string host, int count)
    {
        using RegistryWriter writer = new(registry);
        StringBuilder locked = new("apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n");
        for (int i = 0; i < count; i++)
        {
            Pushed image = await writer.PushImageAsync("many/images", null, Encoding.UTF8.GetBytes($"layer {i}"));
            locked.Append(CultureInfo.InvariantCulture, $"- image: {host}/many/images@{image.Digest}\n");
        }

        Pushed layer = await writer.PushBlobAsync(
            "many/bundle", Layer(locked.ToString()), "application/vnd.docker.image.rootfs.diff.tar.gzip");
        Pushed config = await writer.PushBlobAsync(
            "many/bundle", """{"config":{"Labels":{"dev.carvel.imgpkg.bundle":"true"}}}"""u8.ToArray(),
            "application/vnd.docker.container.image.v1+json");
        const string Manifest = "application/vnd.docker.distribution.manifest.v2+json";
        await writer.PushManifestAsync(
            "many/bundle", "v1",
            $$"""{"schemaVersion":2,"mediaType":"{{Manifest}}","config":{{config.Json}},"layers":[{{layer.Json}}]}""", Manifest);
    }

    /// <summary>A bundle's layer with this lock.</summary>
    public static byte[] Layer(string images)
    {
        MemoryStream memory = new();
        using (GZipStream gzip = new(memory, CompressionLevel.Fastest, leaveOpen: true))
        using (TarWriter tar = new(gzip, TarEntryFormat.Ustar))
            tar.WriteEntry(new UstarTarEntry(
                TarEntryType.RegularFile, ".imgpkg/images.yml")
            { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(images)) });
        return memory.ToArray();
    }
}
