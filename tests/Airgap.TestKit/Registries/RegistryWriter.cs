using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Airgap.TestKit.Registries;

/// <summary>Descriptors of pushed content.</summary>
public sealed record Pushed(string MediaType, string Digest, long Size)
{
    /// <summary>The descriptor as a manifest contains it.</summary>
    public string Json => $$"""{"mediaType":"{{MediaType}}","digest":"{{Digest}}","size":{{Size}}}""";
}

/// <summary>Puts content into a registry, without any code of the product.</summary>
public sealed class RegistryWriter(Uri address) : IDisposable
{
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";
    public const string OciLayer = "application/vnd.oci.image.layer.v1.tar";

    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };

    /// <summary>The sha256 digest of bytes.</summary>
    public static string DigestOf(ReadOnlySpan<byte> content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Pushes a blob.</summary>
    public async Task<Pushed> PushBlobAsync(string repository, byte[] content, string mediaType = OciLayer)
    {
        string digest = DigestOf(content);
        using HttpResponseMessage started = await _client.PostAsync($"v2/{repository}/blobs/uploads/", null);
        Expect(started, HttpStatusCode.Accepted);
        Uri location = new(address, started.Headers.Location!);
        string separator = location.Query.Length == 0 ? "?" : "&";
        using ByteArrayContent body = new(content);
        using HttpResponseMessage put = await _client.PutAsync($"{location}{separator}digest={digest}", body);
        Expect(put, HttpStatusCode.Created);
        return new Pushed(mediaType, digest, content.Length);
    }

    /// <summary>Pushes a manifest or index.</summary>
    /// <param name="repository">The repository to push to.</param>
    /// <param name="reference">A tag, or null to push it by its digest.</param>
    /// <param name="json">Its text.</param>
    /// <param name="mediaType">Its type.</param>
    public async Task<Pushed> PushManifestAsync(string repository, string? reference, string json, string mediaType = OciManifest)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        string digest = DigestOf(bytes);
        using ByteArrayContent body = new(bytes);
        body.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        using HttpResponseMessage put = await _client.PutAsync($"v2/{repository}/manifests/{reference ?? digest}", body);
        Expect(put, HttpStatusCode.Created);
        return new Pushed(mediaType, digest, bytes.Length);
    }

    /// <summary>Pushes an OCI image with these layers, uncompressed.</summary>
    public async Task<Pushed> PushImageAsync(string repository, string? tag, params byte[][] layers)
    {
        List<Pushed> pushed = [];
        foreach (byte[] layer in layers)
            pushed.Add(await PushBlobAsync(repository, layer));
        string diffIds = string.Join(',', pushed.Select(layer => $"\"{layer.Digest}\""));
        string config = $$$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[{{{diffIds}}}]}}""";
        Pushed pushedConfig = await PushBlobAsync(repository, Encoding.UTF8.GetBytes(config), OciConfig);
        string manifest =
            $$"""{"schemaVersion":2,"mediaType":"{{OciManifest}}","config":{{pushedConfig.Json}},"layers":[{{string.Join(',', pushed.Select(layer => layer.Json))}}]}""";
        return await PushManifestAsync(repository, tag, manifest);
    }

    /// <summary>Pushes an imgpkg bundle that pins images.</summary>
    public async Task<Pushed> PushBundleAsync(string repository, string tag, params string[] images)
    {
        string pinned = "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n"
            + string.Concat(images.Select(image => $"- image: {image}\n"));
        using MemoryStream bytes = new();
        using (GZipStream zipped = new(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (TarWriter tar = new(zipped))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, ".imgpkg"));
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, ".imgpkg/images.yml")
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(pinned)),
            });
        }

        Pushed layer = await PushBlobAsync(repository, bytes.ToArray(), "application/vnd.docker.image.rootfs.diff.tar.gzip");
        Pushed config = await PushBlobAsync(
            repository, """{"config":{"Labels":{"dev.carvel.imgpkg.bundle":"true"}}}"""u8.ToArray(), OciConfig);
        return await PushManifestAsync(repository, tag,
            $$"""{"schemaVersion":2,"mediaType":"{{OciManifest}}","config":{{config.Json}},"layers":[{{layer.Json}}]}""");
    }

    /// <summary>Pushes an OCI index of existing manifests.</summary>
    public Task<Pushed> PushIndexAsync(string repository, string? tag, params Pushed[] manifests) => PushManifestAsync(
        repository,
        tag,
        $$"""{"schemaVersion":2,"mediaType":"{{OciIndex}}","manifests":[{{string.Join(',', manifests.Select(manifest => manifest.Json))}}]}""",
        OciIndex);

    public void Dispose() => _client.Dispose();

    private static void Expect(HttpResponseMessage response, HttpStatusCode status)
    {
        if (response.StatusCode != status)
            throw new InvalidOperationException(
                $"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri}: {(int)response.StatusCode} " +
                $"{response.Content.ReadAsStringAsync().GetAwaiter().GetResult()}");
    }
}
