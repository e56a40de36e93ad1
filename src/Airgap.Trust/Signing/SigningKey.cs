using Airgap.Oci;
using Airgap.Trust.Formats;
using Airgap.Trust.Keys;

namespace Airgap.Trust.Signing;

/// <summary>
/// Signs as cosign does: ECDSA (DER) and RSA PKCS#1 v1.5 over SHA-256, pure Ed25519. The public key verifies every signature before it is
/// returned.
/// </summary>
internal abstract class SigningKey(VerificationKey verifier, string name) : IDisposable
{
    /// <summary>The public half.</summary>
    public VerificationKey Public { get; } = verifier;

    /// <summary>Where the key was read.</summary>
    public string Name { get; } = name;

    /// <summary>True when a hash is enough to sign; false for Ed25519, which reads all bytes.</summary>
    public virtual bool SignsHashes => true;

    /// <summary>Signs.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.SigningFailed"/>: there is no signature, or the public key does not verify
    /// it.</exception>
    public async Task<byte[]> SignAsync(SignedBytes data, CancellationToken cancellationToken)
    {
        byte[] signature = await MakeAsync(data, cancellationToken);
        return Public.Verify(data, signature, orOwnHash: false)
            ? signature
            : throw new AirgapException(
                ErrorCode.SigningFailed, $"The signature by {Name} does not match its public key.",
                "Check that the public key and the signing program belong together.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes the signature.</summary>
    protected abstract Task<byte[]> MakeAsync(SignedBytes data, CancellationToken cancellationToken);

    /// <summary>Releases the key.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
