using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Trust.Stored;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>A repository that a test fills.</summary>
internal sealed class MemoryStore : ISignatureStore
{
    private readonly Dictionary<string, Manifest> _manifests = [];
    private readonly Dictionary<Digest, byte[]> _blobs = [];

    /// <summary>The descriptors that are listed as attached.</summary>
    public List<Descriptor> Listed { get; } = [];

    /// <summary>True if a further page of the list fails.</summary>
    public bool BreaksOff { get; set; }

    /// <summary>The number of blobs read.</summary>
    public int BlobsRead { get; private set; }

    /// <summary>The number of manifests requested.</summary>
    public int ManifestsAsked => _asked;

    private int _asked;

    public Descriptor AddBlob(byte[] bytes, string mediaType)
    {
        Digest digest = Digest.Compute(bytes);
        _blobs[digest] = bytes;
        return new Descriptor(mediaType, digest, bytes.Length);
    }

    public Manifest Add(string json, string? tag = null)
    {
        Manifest manifest = Manifest.Parse(Encoding.UTF8.GetBytes(json));
        _manifests[manifest.Digest.ToString()] = manifest;
        if (tag is not null)
            _manifests[tag] = manifest;
        return manifest;
    }

    /// <summary>The JSON of a descriptor.</summary>
    public static string Json(Descriptor descriptor, string more = "") =>
        $$"""{"mediaType":"{{descriptor.MediaType}}","digest":"{{descriptor.Digest}}","size":{{descriptor.Size}}{{more}}}""";

    public Task<Manifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        return Task.FromResult(_manifests.GetValueOrDefault(tagOrDigest));
    }

    public Task<ReferrerList> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) =>
        Task.FromResult(new ReferrerList([.. Listed], FromApi: true) { IsPartial = BreaksOff });

    public Task<byte[]> ReadBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        BlobsRead++;
        return Task.FromResult(_blobs[blob.Digest]);
    }
}
