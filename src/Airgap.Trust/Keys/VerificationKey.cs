using System.Formats.Asn1;
using System.Security.Cryptography;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Keys;

/// <summary>
/// A public key that verifies signatures by its one algorithm, never by one that a signature names. ECDSA on P-256, P-384 or P-521,
/// RSA of 2048 to 8192 bits, Ed25519.
/// </summary>
internal abstract class VerificationKey(byte[] subjectPublicKeyInfo)
{
    private const string Ec = "1.2.840.10045.2.1";
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string Ed = "1.3.101.112";

    /// <summary>The key as SubjectPublicKeyInfo, DER.</summary>
    public ReadOnlyMemory<byte> Info { get; } = subjectPublicKeyInfo;

    /// <summary>SHA-256 of <see cref="Info"/>: the id of logs, the hint of bundles.</summary>
    public byte[] Id { get; } = SHA256.HashData(subjectPublicKeyInfo);

    /// <summary>The id in signed notes by a name, of which the hint is the beginning.</summary>
    /// <remarks>Source: C2SP, signed-note; sigstore/rekor-tiles, pkg/note, for keys of ECDSA.</remarks>
    public virtual byte[] NoteId(string name) => Id;

    /// <summary>The algorithm, for people.</summary>
    public abstract string Algorithm { get; }

    /// <summary>
    /// True when this key made a signature, in the forms of cosign: ECDSA and RSA PKCS#1 v1.5 over SHA-256, pure Ed25519; and, as
    /// cosign 3 signs bundles, ECDSA over the curve's own hash and Ed25519ph.
    /// </summary>
    /// <param name="data">What is signed.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="orOwnHash">False to accept only the forms that cosign verifies without a flag.</param>
    public abstract bool Verify(SignedBytes data, ReadOnlySpan<byte> signature, bool orOwnHash = true);

    /// <summary>Reads a SubjectPublicKeyInfo.</summary>
    /// <param name="der">The DER bytes, nothing after them.</param>
    /// <param name="format">The format's name in failures.</param>
    public static VerificationKey Read(ReadOnlyMemory<byte> der, Format format)
    {
        try
        {
            AsnReader reader = new(der, AsnEncodingRules.DER);
            AsnReader info = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            AsnReader algorithm = info.ReadSequence();
            string id = algorithm.ReadObjectIdentifier();
            string? curve = id == Ec ? algorithm.ReadObjectIdentifier() : null;
            byte[] key = info.ReadBitString(out int unused);
            info.ThrowIfNotEmpty();
            byte[] bytes = der.ToArray();
            return id switch
            {
                Ec => EcdsaKey.Create(bytes, curve!, format),
                Rsa => RsaKey.Create(bytes, format),
                Ed when key.Length == 32 && unused == 0 => Ed25519Key.Create(bytes, key),
                _ => throw format.Invalid(
                    $"keys of the type {id} are not supported; those of ECDSA (P-256, P-384, P-521), RSA and Ed25519 are"),
            };
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            throw format.Invalid("it is not a public key", e);
        }
    }
}
