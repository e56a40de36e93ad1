using System.Text;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Trust.Stored;

namespace Airgap.Trust.Tests.Cases;

/// <summary>A repository of the fixtures' storage, with or without the referrers API.</summary>
internal sealed class StorageStore(string repository, bool hasApi = false) : ISignatureStore
{
    /// <summary>The requests, in order.</summary>
    public List<string> Requests { get; } = [];

    public Task<Manifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken)
    {
        lock (Requests)
            Requests.Add($"manifest {tagOrDigest}");
        if (!Digest.TryParse(tagOrDigest, out Digest digest))
        {
            if (!TrustFixtures.Storage.TryGetValue(
                $"repositories/{repository}/_manifests/tags/{tagOrDigest}/current/link", out byte[]? link))
                return Task.FromResult<Manifest?>(null);
            digest = Digest.Parse(Encoding.ASCII.GetString(link));
        }

        return Task.FromResult(TrustFixtures.Storage.TryGetValue(Blob(digest), out byte[]? bytes) ? Manifest.Parse(bytes) : null);
    }

    public async Task<ReferrerList> ListReferrersAsync(Digest subject, CancellationToken cancellationToken)
    {
        lock (Requests)
            Requests.Add($"referrers {subject}");
        if (!hasApi)
            return ReferrerList.Fallback(await FindManifestAsync(ReferrerList.FallbackTag(subject), cancellationToken));
        string revisions = $"repositories/{repository}/_manifests/revisions/sha256/";
        IEnumerable<Manifest> all = TrustFixtures.Storage.Keys.Where(
            key => key.StartsWith(revisions, StringComparison.Ordinal) && key.EndsWith("/link", StringComparison.Ordinal))
            .Select(key => Digest.Parse(Encoding.ASCII.GetString(TrustFixtures.Storage[key])))
            .Select(digest => TrustFixtures.Storage.GetValueOrDefault(Blob(digest))).OfType<byte[]>().Where(HasSubject)
            .Select(bytes => Manifest.Parse(bytes));
        return new ReferrerList(
            [.. all.Where(manifest => manifest.Subject?.Digest == subject).Select(manifest => manifest.Descriptor)], FromApi: true);
    }

    public Task<byte[]> ReadBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        lock (Requests)
            Requests.Add($"blob {blob.Digest}");
        if (!TrustFixtures.Storage.TryGetValue(Blob(blob.Digest), out byte[]? bytes))
            throw new AirgapException(ErrorCode.BlobUnknown, $"There is no blob {blob.Digest}.", "None.");
        return bytes.Length == blob.Size
            ? Task.FromResult(bytes) : throw new AirgapException(ErrorCode.SizeMismatch, $"{blob.Digest} has another size.", "None.");
    }

    private static string Blob(Digest digest) => $"blobs/sha256/{digest.Hex[..2]}/{digest.Hex}/data";

    private static bool HasSubject(byte[] bytes)
    {
        using JsonDocument document = JsonDocument.Parse(bytes);
        return document.RootElement.TryGetProperty("subject", out _);
    }
}
