using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Security.Cryptography.X509Certificates;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Notation;

/// <summary>The envelope as COSE_Sign1.</summary>
/// <remarks>Source: RFC 9052, RFC 9360; notaryproject/specifications, signature-envelope-cose.md.</remarks>
internal static class CoseEnvelope
{
    /// <summary>The layer's media type.</summary>
    public const string MediaType = "application/cose";

    private const int MaxCritical = 20;

    private static readonly CoseHeaderLabel s_chain = new(33);
    private static readonly CoseHeaderLabel s_contentType = new(3);
    private static readonly CoseHeaderLabel s_critical = new(2);

    /// <summary>Reads one.</summary>
    public static NotationEnvelope Read(byte[] cbor)
    {
        if (cbor.Length > Limits.DocumentBytes || cbor is not [0xD2, ..])
            throw NotationEnvelope.Format.Invalid("it is not a tagged COSE_Sign1");
        try
        {
            CoseSign1Message message = CoseMessage.DecodeSign1(cbor);
            if (!CoseForm.Fits(cbor, message.RawProtectedHeaders))
                throw NotationEnvelope.Format.Invalid("it has a part of unknown length, or a tag where none belongs");
            CoseHeaderMap headers = message.ProtectedHeaders;
            return new NotationEnvelope
            {
                Algorithm = Algorithm(Reader(headers, CoseHeaderLabel.Algorithm)?.ReadInt32()),
                ContentType = Text(headers, s_contentType),
                Scheme = Text(headers, new CoseHeaderLabel(NotationEnvelope.SchemeHeader)),
                Critical = Critical(headers),
                NeedsPlugin = headers.ContainsKey(new CoseHeaderLabel(NotationEnvelope.PluginHeader)),
                SigningTime = Time(headers, NotationEnvelope.TimeHeader),
                AuthenticTime = Time(headers, NotationEnvelope.AuthenticTimeHeader),
                Expiry = Time(headers, NotationEnvelope.ExpiryHeader),
                Chain = NotationEnvelope.ReadChain(Chain(message.UnprotectedHeaders)),
                Timestamp = Reader(message.UnprotectedHeaders, new CoseHeaderLabel(NotationEnvelope.TimestampHeader))?.ReadByteString(),
                Payload = message.Content?.ToArray() ?? throw NotationEnvelope.Format.Invalid("its payload is not in it"),
                Signature = message.Signature.ToArray(),
                IsBy = certificate => IsBy(message, certificate),
            };
        }
        catch (Exception e) when (e is CryptographicException or CborContentException or InvalidOperationException or OverflowException
            or ArgumentException)
        {
            throw NotationEnvelope.Format.Invalid("it is not the COSE that Notation writes", e);
        }
    }

    private static bool IsBy(CoseSign1Message message, X509Certificate2 certificate)
    {
        try
        {
            using ECDsa? ec = certificate.GetECDsaPublicKey();
            using RSA? rsa = certificate.GetRSAPublicKey();
            return ec is not null ? message.VerifyEmbedded(ec) : rsa is not null && message.VerifyEmbedded(rsa);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static string Algorithm(int? number) => number switch
    {
        -7 => "ES256",
        -35 => "ES384",
        -36 => "ES512",
        -37 => "PS256",
        -38 => "PS384",
        -39 => "PS512",
        _ => throw NotationEnvelope.Format.Invalid("its algorithm is not one of Notation's"),
    };

    private static List<string> Critical(CoseHeaderMap headers)
    {
        List<string> names = [];
        if (Reader(headers, s_critical) is not { } reader)
            return names;
        reader.ReadStartArray();
        while (reader.PeekState() != CborReaderState.EndArray)
        {
            // Labels that are numbers are headers of COSE itself: of those, Notation makes none critical.
            string name = reader.PeekState() == CborReaderState.TextString
                ? reader.ReadTextString() : throw NotationEnvelope.Format.Invalid("a critical header in it is not known");
            if (!headers.ContainsKey(new CoseHeaderLabel(name)) || names.Count >= MaxCritical)
                throw NotationEnvelope.Format.Invalid($"the critical header '{name}' is missing");
            names.Add(name);
        }

        return names;
    }

    private static List<byte[]> Chain(CoseHeaderMap headers)
    {
        List<byte[]> result = [];
        if (Reader(headers, s_chain) is not { } reader)
            return result;
        if (reader.PeekState() == CborReaderState.ByteString)
            return [reader.ReadByteString()];
        reader.ReadStartArray();
        while (reader.PeekState() != CborReaderState.EndArray && result.Count <= Limits.Proofs)
            result.Add(reader.ReadByteString());
        return result;
    }

    private static string? Text(CoseHeaderMap headers, CoseHeaderLabel label) => Reader(headers, label)?.ReadTextString();

    private static DateTimeOffset? Time(CoseHeaderMap headers, string name)
    {
        if (Reader(headers, new CoseHeaderLabel(name)) is not { } reader)
            return null;
        return reader.ReadTag() == CborTag.UnixTimeSeconds
            ? DateTimeOffset.FromUnixTimeSeconds(reader.ReadInt64()) : throw NotationEnvelope.Format.Invalid($"'{name}' is not a time");
    }

    private static CborReader? Reader(CoseHeaderMap headers, CoseHeaderLabel label) =>
        headers.TryGetValue(label, out CoseHeaderValue value) ? new CborReader(value.EncodedValue, CborConformanceMode.Strict) : null;
}
