using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Airgap.Trust.Formats;
using Airgap.Trust.Keys;

namespace Airgap.Trust.Signing;

/// <summary>An ECDSA key in memory.</summary>
internal sealed class EcdsaSigningKey(ECDsa key, VerificationKey verifier, string name) : SigningKey(verifier, name)
{
    /// <inheritdoc/>
    protected override Task<byte[]> MakeAsync(SignedBytes data, CancellationToken cancellationToken) =>
        Task.FromResult(key.SignHash(data.Hash(HashAlgorithmName.SHA256), DSASignatureFormat.Rfc3279DerSequence));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => key.Dispose();
}

/// <summary>An RSA key in memory.</summary>
internal sealed class RsaSigningKey(RSA key, VerificationKey verifier, string name) : SigningKey(verifier, name)
{
    /// <inheritdoc/>
    protected override Task<byte[]> MakeAsync(SignedBytes data, CancellationToken cancellationToken) =>
        Task.FromResult(key.SignHash(data.Hash(HashAlgorithmName.SHA256), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => key.Dispose();
}

/// <summary>An Ed25519 key in memory. BouncyCastle does the arithmetic, and is loaded only for it.</summary>
internal sealed class Ed25519SigningKey(byte[] seed, VerificationKey verifier, string name) : SigningKey(verifier, name)
{
    /// <inheritdoc/>
    public override bool SignsHashes => false;

    /// <summary>The 32 bytes of the public key.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static byte[] PublicOf(byte[] seed)
    {
        byte[] result = new byte[32];
        Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.GeneratePublicKey(seed, 0, result, 0);
        return result;
    }

    /// <inheritdoc/>
    protected override Task<byte[]> MakeAsync(SignedBytes data, CancellationToken cancellationToken) =>
        Task.FromResult(Sign(seed, data.Whole()));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => CryptographicOperations.ZeroMemory(seed);

    // A separate method, so that nothing else loads the assembly.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte[] Sign(byte[] seed, byte[] data)
    {
        byte[] signature = new byte[64];
        Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.Sign(seed, 0, data, 0, data.Length, signature, 0);
        return signature;
    }
}
