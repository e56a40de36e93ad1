using System.IO.Compression;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Airgap.TestKit.Registries;

/// <summary>An image that the SDK's container support can build on: one small layer for linux/amd64.</summary>
public static class BaseImage
{
    /// <summary>Pushes it.</summary>
    /// <returns>Its reference, by tag.</returns>
    public static async Task<string> PushAsync(RegistryFixture registry)
    {
        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = registry.Address };
        byte[] tar = new byte[1024];
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(tar);
        object layer = await PushBlobAsync(client, packed.ToArray(), "application/vnd.docker.image.rootfs.diff.tar.gzip");
        object config = await PushBlobAsync(
            client,
            JsonSerializer.SerializeToUtf8Bytes(
                new
                {
                    architecture = "amd64",
                    os = "linux",
                    config = new { },
                    rootfs = new { type = "layers", diff_ids = new[] { DigestOf(tar) } }
                }),
            "application/vnd.docker.container.image.v1+json");
        const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";
        ByteArrayContent manifest =
            new(JsonSerializer.SerializeToUtf8Bytes(new { schemaVersion = 2, mediaType = ManifestType, config, layers = new[] { layer } }));
        manifest.Headers.ContentType = new MediaTypeHeaderValue(ManifestType);
        using HttpResponseMessage response = await client.PutAsync("v2/base/dotnet/manifests/10.0", manifest);
        response.EnsureSuccessStatusCode();
        return $"{registry.Host}/base/dotnet:10.0";
    }

    private static async Task<object> PushBlobAsync(HttpClient client, byte[] bytes, string mediaType)
    {
        using HttpResponseMessage started = await client.PostAsync("v2/base/dotnet/blobs/uploads/", null);
        string location = new Uri(client.BaseAddress!, started.EnsureSuccessStatusCode().Headers.Location!).AbsoluteUri;
        string digest = DigestOf(bytes);
        using HttpResponseMessage response =
            await client.PutAsync($"{location}{(location.Contains('?') ? '&' : '?')}digest={digest}", new ByteArrayContent(bytes));
        response.EnsureSuccessStatusCode();
        return new { mediaType, size = bytes.Length, digest };
    }

    private static string DigestOf(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
}
