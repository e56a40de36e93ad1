using System.Security.Cryptography;
using Airgap.Trust.Formats;
using Airgap.Trust.Keys;

namespace Airgap.Trust.Signing;

/// <summary>A key of another program, for PKCS#11 or a KMS: the program receives a SHA-256 digest and returns the signature.</summary>
/// <param name="sign">Signs a digest.</param>
/// <param name="verifier">The public half.</param>
/// <param name="name">The file of the public half.</param>
internal sealed class CommandSigningKey(Func<byte[], CancellationToken, Task<byte[]>> sign, VerificationKey verifier, string name)
    : SigningKey(verifier, name)
{
    /// <inheritdoc/>
    protected override Task<byte[]> MakeAsync(SignedBytes data, CancellationToken cancellationToken) =>
        sign(data.Hash(HashAlgorithmName.SHA256), cancellationToken);
}
