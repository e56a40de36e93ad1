using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Trust.Stored;

/// <summary>The place of an image and its signatures: a repository, or an archive's copy of one.</summary>
internal interface ISignatureStore
{
    /// <summary>
    /// A manifest by tag or digest; null when there is none. Every other failure is thrown: an unreachable registry does not mean unsigned.
    /// </summary>
    Task<Manifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken);

    /// <summary>The referrers of a manifest.</summary>
    Task<ReferrerList> ListReferrersAsync(Digest subject, CancellationToken cancellationToken);

    /// <summary>A blob's bytes, verified.</summary>
    /// <exception cref="AirgapException">It is gone, or not what the descriptor says.</exception>
    Task<byte[]> ReadBlobAsync(Descriptor blob, CancellationToken cancellationToken);
}
