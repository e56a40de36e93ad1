using System.Security.Cryptography;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Keys;

/// <summary>An ECDSA key on a curve of NIST.</summary>
internal sealed class EcdsaKey : VerificationKey
{
    private readonly ECDsa _key;
    private readonly HashAlgorithmName _ownHash;

    private EcdsaKey(byte[] info, ECDsa key, HashAlgorithmName ownHash)
        : base(info)
    {
        _key = key;
        _ownHash = ownHash;
    }

    /// <inheritdoc/>
    public override string Algorithm => $"ECDSA P-{_key.KeySize}";

    /// <summary>The length of one of a signature's numbers, in bytes.</summary>
    private int FieldBytes => (_key.KeySize + 7) / 8;

    /// <summary>Reads the key; only named curves.</summary>
    public static EcdsaKey Create(byte[] info, string curve, Format format)
    {
        HashAlgorithmName hash = curve switch
        {
            "1.2.840.10045.3.1.7" => HashAlgorithmName.SHA256,
            "1.3.132.0.34" => HashAlgorithmName.SHA384,
            "1.3.132.0.35" => HashAlgorithmName.SHA512,
            _ => throw format.Invalid($"the curve {curve} is not supported; P-256, P-384 and P-521 are"),
        };
        ECDsa key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(info, out _);
        return new EcdsaKey(info, key, hash);
    }

    /// <inheritdoc/>
    public override bool Verify(SignedBytes data, ReadOnlySpan<byte> signature, bool orOwnHash = true)
    {
        // cosign 2 signs SHA-256 for every curve, and cosign 3 the curve's own hash.
        byte[]? numbers = EcdsaSignature.ToFixed(signature, FieldBytes);
        return numbers is not null
            && (VerifyHash(data.Hash(HashAlgorithmName.SHA256), numbers)
                || (orOwnHash && _ownHash != HashAlgorithmName.SHA256 && VerifyHash(data.Hash(_ownHash), numbers)));
    }

    /// <summary>Verifies with the curve's own hash and the numbers side by side, as in JWS and COSE.</summary>
    public bool VerifyFixed(byte[] data, byte[] signature) =>
        signature.Length == 2 * FieldBytes && VerifyHash(SignedBytes.HashOf(_ownHash, data), signature);

    /// <summary>The key's size in bits.</summary>
    public int Bits => _key.KeySize;

    private bool VerifyHash(byte[] hash, byte[] numbers) =>
        _key.VerifyHash(hash, numbers, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
}
