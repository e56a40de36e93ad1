using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>Pushes bundles that the fixtures do not have.</summary>
internal static class BundleWriter
{
    /// <summary>A bundle that pins no image and has no <c>packages/</c>.</summary>
    public static async Task PushAsync(RegistryFixture registry, string repository, string tag)
    {
        using RegistryWriter writer = new(registry.Address);
        using MemoryStream layer = new();
        await using (GZipStream gzip = new(layer, CompressionLevel.Fastest, leaveOpen: true))
        await using (TarWriter tar = new(gzip, TarEntryFormat.Ustar))
        {
            byte[] images = Encoding.UTF8.GetBytes("---\napiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\n");
            await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.Directory, ".imgpkg"));
            await tar.WriteEntryAsync(
                new UstarTarEntry(TarEntryType.RegularFile, ".imgpkg/images.yml") { DataStream = new MemoryStream(images) });
        }

        Pushed content = await writer.PushBlobAsync(repository, layer.ToArray(), "application/vnd.docker.image.rootfs.diff.tar.gzip");
        string config =
            """{"architecture":"amd64","os":"linux","config":{"Labels":{"dev.carvel.imgpkg.bundle":"true"}},"rootfs":{"type":"layers","diff_ids":[]}}""";
        Pushed pushedConfig = await writer.PushBlobAsync(
            repository, Encoding.UTF8.GetBytes(config), "application/vnd.docker.container.image.v1+json");
        const string Type = "application/vnd.docker.distribution.manifest.v2+json";
        await writer.PushManifestAsync(
            repository, tag, $$"""{"schemaVersion":2,"mediaType":"{{Type}}","config":{{pushedConfig.Json}},"layers":[{{content.Json}}]}""",
            Type);
    }
}
