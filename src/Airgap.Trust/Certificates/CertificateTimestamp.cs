using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Certificates;

/// <summary>A certificate log's promise (SCT) inside a certificate.</summary>
/// <param name="LogId">SHA-256 of the log's key.</param>
/// <param name="Time">When the log accepted the certificate.</param>
/// <param name="Milliseconds">The same time as signed: milliseconds since 1970.</param>
/// <param name="Extensions">What the log added.</param>
/// <param name="Signature">The log's signature.</param>
/// <remarks>Source: RFC 6962, sections 3.2 and 3.3.</remarks>
internal sealed record CertificateTimestamp(byte[] LogId, DateTimeOffset Time, ulong Milliseconds, byte[] Extensions, byte[] Signature)
{
    /// <summary>The certificate extension with the timestamps.</summary>
    public const string ExtensionId = "1.3.6.1.4.1.11129.2.4.2";

    private const int MaxCount = 32;

    /// <summary>The timestamps of a certificate; empty for none.</summary>
    public static IReadOnlyList<CertificateTimestamp> Of(X509Certificate2 certificate, Format format)
    {
        if (certificate.Extensions.FirstOrDefault(extension => extension.Oid?.Value == ExtensionId) is not { } found)
            return [];
        try
        {
            AsnReader reader = new(found.RawData, AsnEncodingRules.DER);
            byte[] list = reader.ReadOctetString();
            reader.ThrowIfNotEmpty();
            ReadOnlySpan<byte> rest = list;
            ReadOnlySpan<byte> all = Take(ref rest, TakeLength(ref rest));
            if (!rest.IsEmpty)
                throw format.Invalid("the log's promise in its certificate cannot be read");
            List<CertificateTimestamp> result = [];
            while (!all.IsEmpty && result.Count < MaxCount)
            {
                ReadOnlySpan<byte> one = Take(ref all, TakeLength(ref all));
                if (Read(one) is { } timestamp)
                    result.Add(timestamp);
            }

            return result;
        }
        catch (Exception e) when (e is AsnContentException or ArgumentOutOfRangeException)
        {
            throw format.Invalid("the log's promise in its certificate cannot be read", e);
        }
    }

    /// <summary>The bytes that the log signed.</summary>
    /// <param name="certificate">The certificate with this timestamp.</param>
    /// <param name="issuer">The one that signed it.</param>
    /// <param name="format">What they are, for the failure of a certificate that is not DER, which OpenSSL may still read.</param>
    public byte[] SignedBytes(X509Certificate2 certificate, X509Certificate2 issuer, Format format)
    {
        byte[] body;
        try
        {
            body = PrecertificateBytes.Without(certificate, ExtensionId);
        }
        catch (AsnContentException e)
        {
            throw format.Invalid("its certificate is not DER", e);
        }

        byte[] issuerKey = System.Security.Cryptography.SHA256.HashData(issuer.PublicKey.ExportSubjectPublicKeyInfo());
        byte[] result = new byte[12 + 32 + 3 + body.Length + 2 + Extensions.Length];
        Span<byte> span = result;
        BinaryPrimitives.WriteUInt64BigEndian(span[2..], Milliseconds);
        span[11] = 1;
        issuerKey.CopyTo(span[12..]);
        span[44] = (byte)(body.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(span[45..], (ushort)body.Length);
        body.CopyTo(span[47..]);
        BinaryPrimitives.WriteUInt16BigEndian(span[(47 + body.Length)..], (ushort)Extensions.Length);
        Extensions.CopyTo(span[(49 + body.Length)..]);
        return result;
    }

    // Null for an unknown version or algorithm.
    private static CertificateTimestamp? Read(ReadOnlySpan<byte> bytes)
    {
        byte version = Take(ref bytes, 1)[0];
        byte[] log = Take(ref bytes, 32).ToArray();
        ulong milliseconds = BinaryPrimitives.ReadUInt64BigEndian(Take(ref bytes, 8));
        byte[] extensions = Take(ref bytes, TakeLength(ref bytes)).ToArray();
        byte hash = Take(ref bytes, 1)[0];
        byte algorithm = Take(ref bytes, 1)[0];
        byte[] signature = Take(ref bytes, TakeLength(ref bytes)).ToArray();
        const ulong last = 253402300799999;
        return version == 0 && hash == 4 && (algorithm is 1 or 3) && bytes.IsEmpty && milliseconds <= last
            ? new CertificateTimestamp(
                log, DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds), milliseconds, extensions, signature)
            : null;
    }

    private static int TakeLength(ref ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16BigEndian(Take(ref bytes, 2));

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int length)
    {
        ReadOnlySpan<byte> result = bytes[..length];
        bytes = bytes[length..];
        return result;
    }
}
