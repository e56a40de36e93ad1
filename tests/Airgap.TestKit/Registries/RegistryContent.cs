using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Airgap.TestKit.Registries;

/// <summary>A manifest as a registry returns it.</summary>
public sealed record StoredManifest(byte[] Bytes, string MediaType, string Digest);

/// <summary>
/// The content of a registry, read by a client that shares no code with the product: a plain HttpClient and its own hashing.
/// </summary>
public sealed class RegistryContent(Uri address, (string User, string Password)? login = null) : IDisposable
{
    private static readonly string[] s_accepted =
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ];

    private readonly HttpClient _client = MakeClient(address, login);

    /// <summary>A registry's content by <c>host:port</c>, over http.</summary>
    public static RegistryContent At(string host) => new(new Uri($"http://{host}/"));

    /// <summary>The tags in ordinal order; empty when the registry does not know the repository.</summary>
    public async Task<IReadOnlyList<string>> TagsAsync(string repository)
    {
        using HttpResponseMessage response = await _client.GetAsync($"v2/{repository}/tags/list");
        if (response.StatusCode == HttpStatusCode.NotFound)
            return [];
        response.EnsureSuccessStatusCode();
        using JsonDocument document = JsonDocument.Parse(await response.Content.ReadAsStreamAsync());
        JsonElement tags = document.RootElement.GetProperty("tags");
        return tags.ValueKind == JsonValueKind.Null ? [
            ] : [.. tags.EnumerateArray().Select(tag => tag.GetString()!).Order(StringComparer.Ordinal)];
    }

    /// <summary>All repositories.</summary>
    public async Task<IReadOnlyList<string>> RepositoriesAsync()
    {
        using HttpResponseMessage response = await _client.GetAsync("v2/_catalog?n=1000");
        response.EnsureSuccessStatusCode();
        using JsonDocument document = JsonDocument.Parse(await response.Content.ReadAsStreamAsync());
        return [.. document.RootElement.GetProperty("repositories").EnumerateArray().Select(name => name.GetString()!)];
    }

    /// <summary>Whether a manifest with that tag or digest exists.</summary>
    public async Task<bool> HasManifestAsync(string repository, string reference)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Head, $"v2/{repository}/manifests/{reference}");
        return response.StatusCode == HttpStatusCode.OK;
    }

    /// <summary>Whether a blob with that digest exists.</summary>
    public async Task<bool> HasBlobAsync(string repository, string digest)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Head, $"v2/{repository}/blobs/{digest}");
        return response.StatusCode == HttpStatusCode.OK;
    }

    /// <summary>The manifest with a tag or digest. Its digest is computed from the bytes, with the requested digest's algorithm.</summary>
    public async Task<StoredManifest> ManifestAsync(string repository, string reference)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, $"v2/{repository}/manifests/{reference}");
        if (response.StatusCode != HttpStatusCode.OK)
            throw new InvalidOperationException($"{repository}: manifest {reference}: {(int)response.StatusCode}");
        byte[] bytes = await response.Content.ReadAsByteArrayAsync();
        string digest = DigestOf(bytes, reference);
        if (reference.Contains(':') && reference != digest)
            throw new InvalidOperationException($"{repository}: manifest {reference} has the digest {digest}");
        return new StoredManifest(bytes, response.Content.Headers.ContentType?.ToString() ?? "", digest);
    }

    /// <summary>A blob's bytes, verified.</summary>
    public async Task<byte[]> BlobAsync(string repository, string digest)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, $"v2/{repository}/blobs/{digest}");
        if (response.StatusCode != HttpStatusCode.OK)
            throw new InvalidOperationException($"{repository}: blob {digest}: {(int)response.StatusCode}");
        byte[] bytes = await response.Content.ReadAsByteArrayAsync();
        string actual = DigestOf(bytes, digest);
        return actual == digest ? bytes : throw new InvalidOperationException($"{repository}: blob {digest} has the digest {actual}");
    }

    /// <summary>
    /// Walks from a manifest or index through everything it refers to, downloads it and verifies digest and size; fails at the first
    /// missing or wrong content.
    /// </summary>
    /// <param name="repository">The repository that must hold everything.</param>
    /// <param name="reference">The root: a digest or tag.</param>
    /// <param name="skipForeignLayers">True to not request non-distributable layers.</param>
    /// <returns>The digests that were verified.</returns>
    public async Task<IReadOnlySet<string>> AssertCompleteAsync(string repository, string reference, bool skipForeignLayers = true)
    {
        HashSet<string> seen = [];
        await WalkAsync(repository, reference, null, skipForeignLayers, seen);
        return seen;
    }

    /// <summary>The same for several roots of one repository: verified content is not downloaded again.</summary>
    /// <param name="repository">The repository that must hold everything.</param>
    /// <param name="reference">The root: a digest or tag.</param>
    /// <param name="verified">The digests that were verified; receives the new ones.</param>
    public Task AssertCompleteAsync(string repository, string reference, HashSet<string> verified) =>
        WalkAsync(repository, reference, null, skipForeignLayers: true, verified);

    public void Dispose() => _client.Dispose();

    private async Task WalkAsync(string repository, string reference, long? size, bool skipForeignLayers, HashSet<string> seen)
    {
        StoredManifest manifest = await ManifestAsync(repository, reference);
        if (!seen.Add(manifest.Digest))
            return;
        CheckSize(repository, manifest.Digest, manifest.Bytes, size);
        using JsonDocument document = JsonDocument.Parse(manifest.Bytes);
        JsonElement root = document.RootElement;
        if (root.TryGetProperty("manifests", out JsonElement children))
        {
            foreach (JsonElement child in children.EnumerateArray())
                await WalkAsync(repository, child.GetProperty("digest").GetString()!, child.GetProperty("size").GetInt64(),
                    skipForeignLayers, seen);
        }

        List<JsonElement> blobs = root.TryGetProperty("config", out JsonElement config) ? [config] : [];
        if (root.TryGetProperty("layers", out JsonElement layers))
            blobs.AddRange(layers.EnumerateArray().Where(layer => !skipForeignLayers || !IsForeign(layer)));
        foreach (JsonElement blob in blobs)
        {
            string digest = blob.GetProperty("digest").GetString()!;
            if (seen.Add(digest))
                CheckSize(repository, digest, await BlobAsync(repository, digest), blob.GetProperty("size").GetInt64());
        }
    }

    private static bool IsForeign(JsonElement layer) =>
        layer.GetProperty("mediaType").GetString() is { } type
            && (type.Contains(".foreign.", StringComparison.Ordinal) || type.Contains(".nondistributable.", StringComparison.Ordinal));

    private static void CheckSize(string repository, string digest, byte[] bytes, long? size)
    {
        if (size is { } expected && expected != bytes.Length)
            throw new InvalidOperationException($"{repository}: {digest} has {bytes.Length} bytes, and its descriptor says {expected}");
    }

    private static string DigestOf(byte[] bytes, string like) => like.StartsWith("sha512:", StringComparison.Ordinal)
        ? "sha512:" + Convert.ToHexStringLower(SHA512.HashData(bytes))
        : "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path)
    {
        HttpRequestMessage request = new(method, path);
        foreach (string type in s_accepted)
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        return _client.SendAsync(request);
    }

    private static HttpClient MakeClient(Uri address, (string User, string Password)? login)
    {
        SocketsHttpHandler handler = new()
        {
            UseProxy = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true }
        };
        HttpClient client = new(handler) { BaseAddress = address };
        if (login is { } given)
        {
            string text = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{given.User}:{given.Password}"));
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", text);
        }

        return client;
    }
}
