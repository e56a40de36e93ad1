using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Airgap.Trust.Certificates;

/// <summary>
/// The algorithm with which an authority signed a certificate. OpenSSL builds chains over SHA-1 and MD5, for which collisions can be made.
/// </summary>
internal static class SignatureStrength
{
    private const string Pss = "1.2.840.113549.1.1.10";

    private static readonly string[] s_algorithms =
    [
        "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13",
        "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4",
        "1.3.101.112",
    ];

    private static readonly string[] s_hashes = ["2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3"];

    /// <summary>True for RSA and ECDSA over SHA-2, and for Ed25519.</summary>
    public static bool IsStrong(X509Certificate2 certificate) =>
        s_algorithms.Contains(certificate.SignatureAlgorithm.Value)
        || (certificate.SignatureAlgorithm.Value == Pss && HashOfPss(certificate) is { } hash && IsStrongHash(hash));

    /// <summary>True for SHA-256, SHA-384 and SHA-512.</summary>
    public static bool IsStrongHash(string? id) => s_hashes.Contains(id);

    // RSASSA-PSS-params; without a hash in it, SHA-1 is meant.
    private static string? HashOfPss(X509Certificate2 certificate)
    {
        try
        {
            AsnReader whole = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.BER).ReadSequence();
            whole.ReadEncodedValue();
            AsnReader algorithm = whole.ReadSequence();
            algorithm.ReadObjectIdentifier();
            Asn1Tag hash = new(TagClass.ContextSpecific, 0, isConstructed: true);
            AsnReader? settings = algorithm.HasData ? algorithm.ReadSequence() : null;
            return settings is { HasData: true } && settings.PeekTag() == hash
                ? settings.ReadSequence(hash).ReadSequence().ReadObjectIdentifier() : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
