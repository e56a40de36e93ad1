using System.Security.Cryptography.X509Certificates;
using Airgap.Trust.Certificates;
using Airgap.Trust.Formats;
using Airgap.Trust.Keys;

namespace Airgap.Trust.Notation;

/// <summary>A signature of the Notary Project, read from JWS or COSE. Nothing in it is trusted yet.</summary>
/// <remarks>Source: notaryproject/specifications, specs/signature-specification.md and its envelopes.</remarks>
internal sealed record NotationEnvelope
{
    /// <summary>The media type of the payload.</summary>
    public const string PayloadType = "application/vnd.cncf.notary.payload.v1+json";

    /// <summary>The scheme in which the signer claims the time.</summary>
    public const string X509 = "notary.x509";

    /// <summary>The scheme in which a signing authority attests the time.</summary>
    public const string SigningAuthority = "notary.x509.signingAuthority";

    /// <summary>The header of the scheme.</summary>
    public const string SchemeHeader = "io.cncf.notary.signingScheme";

    /// <summary>The header of the claimed time.</summary>
    public const string TimeHeader = "io.cncf.notary.signingTime";

    /// <summary>The header of an authority's time.</summary>
    public const string AuthenticTimeHeader = "io.cncf.notary.authenticSigningTime";

    /// <summary>The header of the signature's expiry.</summary>
    public const string ExpiryHeader = "io.cncf.notary.expiry";

    /// <summary>The header of a timestamp over the signature.</summary>
    public const string TimestampHeader = "io.cncf.notary.timestampSignature";

    /// <summary>The header of the signer's program.</summary>
    public const string AgentHeader = "io.cncf.notary.signingAgent";

    /// <summary>The header that names a plugin, without which the signature must not be verified.</summary>
    public const string PluginHeader = "io.cncf.notary.verificationPlugin";

    /// <summary>The format's name in failures.</summary>
    public static Format Format { get; } = Format.Signature("The Notation signature");

    /// <summary>The algorithm that it names, such as <c>ES256</c>.</summary>
    public required string Algorithm { get; init; }

    /// <summary>The payload's type.</summary>
    public required string? ContentType { get; init; }

    /// <summary>The scheme.</summary>
    public required string? Scheme { get; init; }

    /// <summary>The headers that a verifier must understand.</summary>
    public required IReadOnlyList<string> Critical { get; init; }

    /// <summary>True if the signer demands a plugin.</summary>
    public bool NeedsPlugin { get; init; }

    /// <summary>The signing time that the signer claims.</summary>
    public DateTimeOffset? SigningTime { get; init; }

    /// <summary>The signing time that the signing authority attests.</summary>
    public DateTimeOffset? AuthenticTime { get; init; }

    /// <summary>Its expiry; null for none.</summary>
    public DateTimeOffset? Expiry { get; init; }

    /// <summary>The certificate chain: the signer's first, the root last.</summary>
    public required IReadOnlyList<X509Certificate2> Chain { get; init; }

    /// <summary>An RFC 3161 token over the signature.</summary>
    public byte[]? Timestamp { get; init; }

    /// <summary>The payload.</summary>
    public required byte[] Payload { get; init; }

    /// <summary>The signature.</summary>
    public required byte[] Signature { get; init; }

    /// <summary>Determines whether the signature is by a certificate's key.</summary>
    public required Func<X509Certificate2, bool> IsBy { get; init; }

    /// <summary>The algorithm that a certificate's key must use; null for a key without one.</summary>
    public static string? AlgorithmOf(X509Certificate2 certificate)
    {
        return CertificateReader.KeyOf(certificate, Format) switch
        {
            EcdsaKey { Bits: 256 } => "ES256",
            EcdsaKey { Bits: 384 } => "ES384",
            EcdsaKey => "ES512",
            RsaKey { Bits: 2048 } => "PS256",
            RsaKey { Bits: 3072 } => "PS384",
            RsaKey { Bits: 4096 } => "PS512",
            _ => null,
        };
    }

    /// <summary>Reads the certificates.</summary>
    public static IReadOnlyList<X509Certificate2> ReadChain(IReadOnlyCollection<byte[]> certificates) =>
        certificates.Count is > 0 and <= Limits.Proofs
        ? [.. certificates.Select(der => CertificateReader.FromDer(der, Format))]
        : throw Format.Invalid("it has no chain of certificates, or too long a one");
}
