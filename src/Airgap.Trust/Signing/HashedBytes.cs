using System.Security.Cryptography;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Signing;

/// <summary>Bytes known only by their SHA-256, computed while they were written or read.</summary>
internal sealed class HashedBytes(byte[] sha256) : SignedBytes
{
    /// <inheritdoc/>
    public override byte[] Hash(HashAlgorithmName algorithm) => algorithm == HashAlgorithmName.SHA256
        ? sha256
        : throw Rejection.Of("It is not a signature by the key over SHA-256, the only hash that is computed for an archive.");

    /// <inheritdoc/>
    public override byte[] Whole() => throw Rejection.Of(
        "An Ed25519 signature over a whole file cannot be verified here, because only the hash of the file is known; a signature over a " +
        "statement of the hash can be verified.");
}
