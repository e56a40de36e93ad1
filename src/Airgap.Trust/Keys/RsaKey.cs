using System.Security.Cryptography;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Keys;

/// <summary>An RSA key.</summary>
internal sealed class RsaKey : VerificationKey
{
    private readonly RSA _key;

    private RsaKey(byte[] info, RSA key)
        : base(info) => _key = key;

    /// <inheritdoc/>
    public override string Algorithm => $"RSA {_key.KeySize}";

    /// <summary>The key's size in bits.</summary>
    public int Bits => _key.KeySize;

    /// <summary>Reads the key.</summary>
    public static RsaKey Create(byte[] info, Format format)
    {
        RSA key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(info, out _);
        return key.KeySize is >= 2048 and <= 8192
            ? new RsaKey(info, key)
            : throw format.Invalid($"it is an RSA key of {key.KeySize} bits, and 2048 to 8192 are supported");
    }

    /// <inheritdoc/>
    public override bool Verify(SignedBytes data, ReadOnlySpan<byte> signature, bool orOwnHash = true) =>
        _key.VerifyHash(data.Hash(HashAlgorithmName.SHA256), signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    /// <summary>Verifies PSS with the hash that Notation's algorithm has for the key's size.</summary>
    public bool VerifyPss(byte[] data, byte[] signature, HashAlgorithmName hash) =>
        _key.VerifyData(data, signature, hash, RSASignaturePadding.Pss);
}
