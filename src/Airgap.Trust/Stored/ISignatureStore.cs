using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Trust.Stored;

/// <summary>Where an image lies with its signatures: a repository, or what an archive carries of one.</summary>
internal interface ISignatureStore
{
    /// <summary>A manifest by tag or digest; null when there is none. Every other failure is thrown: what cannot be asked is not unsigned.</summary>
    Task<Manifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken);

    /// <summary>What is attached to a manifest.</summary>
    Task<ReferrerList> ListReferrersAsync(Digest subject, CancellationToken cancellationToken);

    /// <summary>A blob's bytes, verified.</summary>
    /// <exception cref="AirgapException">It is gone, or not what the descriptor says.</exception>
    Task<byte[]> ReadBlobAsync(Descriptor blob, CancellationToken cancellationToken);
}
