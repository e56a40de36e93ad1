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

    /// <summary>The time of a token over a signature.</summary>
    /// <param name="bytes">The authority's whole answer, or the token alone.</param>
    /// <param name="stamped">What was stamped: the signature's bytes.</param>
    /// <param name="authorities">The trusted authorities.</param>
    /// <returns>Null if the token does not match or no trusted authority made it.</returns>
    public static DateTimeOffset? Verify(byte[] bytes, byte[] stamped, IReadOnlyList<Authority> authorities)
    {
        if (bytes.Length > MaxBytes)
            return null;
        try
        {
            if (TokenOf(bytes) is not { } raw || !Rfc3161TimestampToken.TryDecode(raw, out Rfc3161TimestampToken? token, out int read)
                || read != raw.Length)
                return null;
            DateTimeOffset time = token.TokenInfo.Timestamp;
            foreach (Authority authority in authorities)
            {
                X509Certificate2Collection candidates =
                    [.. authority.Leaf is { } leaf ? [leaf] : Array.Empty<X509Certificate2>(), .. authority.Between, .. authority.Roots];
                if (!token.VerifySignatureForData(stamped, out X509Certificate2? signer, candidates))
                    continue;
                Authority withEmbedded = authority with { Between = [.. authority.Between, .. token.AsSignedCms().Certificates] };
                if (withEmbedded.ChainOf(signer, time, TrustChain.TimeStamping) is not null)
                    return time;
            }

            return null;
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return null;
        }
    }

    // TimeStampResp: PKIStatusInfo, then the token, which is ContentInfo and begins with an identifier.
    private static ReadOnlyMemory<byte>? TokenOf(byte[] bytes)
    {
        AsnReader outer = new(bytes, AsnEncodingRules.BER);
        AsnReader sequence = outer.ReadSequence();
        if (outer.HasData)
            return null;
        if (sequence.PeekTag() == Asn1Tag.ObjectIdentifier)
            return bytes;
        System.Numerics.BigInteger status = sequence.ReadSequence().ReadInteger();
        return status == 0 || status == 1 ? sequence.HasData ? sequence.ReadEncodedValue() : null : null;
    }
}
