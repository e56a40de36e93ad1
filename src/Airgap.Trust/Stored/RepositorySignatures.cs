using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;

namespace Airgap.Trust.Stored;

/// <summary>The signatures in a repository of a registry.</summary>
internal sealed class RepositorySignatures(IImageRepository repository) : ISignatureStore
{
    /// <inheritdoc/>
    public Task<Manifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken) =>
        repository.FindManifestAsync(tagOrDigest, cancellationToken);

    /// <inheritdoc/>
    public Task<ReferrerList> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) =>
        repository.ListReferrersAsync(subject, cancellationToken);

    /// <inheritdoc/>
    public Task<byte[]> ReadBlobAsync(Descriptor blob, CancellationToken cancellationToken) =>
        repository.GetBlob(blob).ReadWholeAsync((stream, token) => BlobBytes.ReadAsync(stream, blob, token), cancellationToken);
}
