using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Airgap.Trust.Certificates;
using Airgap.Trust.Roots;

namespace Airgap.Trust.Times;

/// <summary>A time that an authority attests (RFC 3161).</summary>
internal static class TimestampToken
{
    private const int MaxBytes = 256 * 1024;
    private const string SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";
    private const string Baseline = "0.4.0.2023.1.1";

    /// <summary>The time of a token over a signature.</summary>
    /// <param name="bytes">The authority's whole answer, as sigstore keeps it, or the token alone, as Notation does.</param>
    /// <param name="stamped">What was stamped: the signature's bytes.</param>
    /// <param name="authorities">The trusted authorities.</param>
    /// <param name="isAnswer">True for the whole answer.</param>
    /// <returns>Null if the token does not match or no trusted authority made it.</returns>
    public static Stamp? Verify(byte[] bytes, byte[] stamped, IReadOnlyList<Authority> authorities, bool isAnswer)
    {
        if (bytes.Length > MaxBytes)
            return null;
        try
        {
            if ((isAnswer ? TokenOf(bytes) : bytes) is not { } raw
                || !Rfc3161TimestampToken.TryDecode(raw, out Rfc3161TimestampToken? token, out int read)
                || read != raw.Length)
                return null;
            SignedCms cms = token.AsSignedCms();
            if (!SignatureStrength.IsStrongHash(token.TokenInfo.HashAlgorithmId.Value)
                || cms.SignerInfos.Count != 1 || !SignatureStrength.IsStrongHash(cms.SignerInfos[0].DigestAlgorithm.Value))
                return null;
            DateTimeOffset time = token.TokenInfo.Timestamp;
            foreach (Authority authority in authorities)
            {
                X509Certificate2Collection candidates =
                    [.. authority.Leaf is { } leaf ? [leaf] : Array.Empty<X509Certificate2>(), .. authority.Between, .. authority.Roots];
                if (!token.VerifySignatureForData(stamped, out X509Certificate2? signer, candidates))
                    continue;
                Authority withEmbedded = authority with { Between = [.. authority.Between, .. cms.Certificates] };
                if (IsForStampsAlone(signer) && withEmbedded.ChainOf(signer, time, TrustChain.TimeStamping) is { } chain)
                    return new Stamp(time, AccuracyOf(token.TokenInfo), NamesSigner(cms.SignerInfos[0]), chain);
            }

            return null;
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return null;
        }
    }

    // The Baseline Time-Stamp Policy promises one second where the token says nothing (ETSI EN 319 421).
    private static TimeSpan AccuracyOf(Rfc3161TimestampTokenInfo info) => info.AccuracyInMicroseconds is > 0 and { } written
        ? TimeSpan.FromTicks(written * TimeSpan.TicksPerMicrosecond)
        : TimeSpan.FromSeconds(info.PolicyId.Value == Baseline ? 1 : 0);

    // RFC 5035: without an algorithm, SHA-256 is meant. .NET has compared the hash already.
    private static bool NamesSigner(SignerInfo signer)
    {
        foreach (CryptographicAttributeObject attribute in signer.SignedAttributes)
        {
            if (attribute.Oid?.Value == SigningCertificateV2 && attribute.Values.Count == 1)
            {
                AsnReader list = new AsnReader(attribute.Values[0].RawData, AsnEncodingRules.BER).ReadSequence().ReadSequence();
                AsnReader one = list.ReadSequence();
                return one.PeekTag() != Asn1Tag.Sequence || SignatureStrength.IsStrongHash(one.ReadSequence().ReadObjectIdentifier());
            }
        }

        return false;
    }

    // RFC 3161, 2.3. .NET sees to it that the extension is critical.
    private static bool IsForStampsAlone(X509Certificate2 signer) =>
        signer.Extensions.OfType<X509EnhancedKeyUsageExtension>().All(usage => usage.EnhancedKeyUsages.Count == 1)
        && !signer.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority);

    // TimeStampResp: PKIStatusInfo, then the token. Other readers refuse one that was granted with changes, too.
    private static ReadOnlyMemory<byte>? TokenOf(byte[] bytes)
    {
        AsnReader outer = new(bytes, AsnEncodingRules.BER);
        AsnReader sequence = outer.ReadSequence();
        if (outer.HasData)
            return null;
        return sequence.ReadSequence().ReadInteger().IsZero && sequence.HasData ? sequence.ReadEncodedValue() : null;
    }
}
