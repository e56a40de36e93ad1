using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Airgap.Trust.Certificates;
using Airgap.Trust.Formats;
using Airgap.Trust.Keys;

namespace Airgap.Trust.Notation;

/// <summary>The envelope as flattened JWS.</summary>
/// <remarks>Source: RFC 7515; notaryproject/specifications, signature-envelope-jws.md.</remarks>
internal static class JwsEnvelope
{
    /// <summary>The layer's media type.</summary>
    public const string MediaType = "application/jose+json";

    private const int MaxCritical = 20;

    /// <summary>Reads one.</summary>
    public static NotationEnvelope Read(ReadOnlyMemory<byte> json) => StrictJson.Read(json, NotationEnvelope.Format, fields =>
    {
        string payload = fields.NeededText("payload");
        string protectedText = fields.NeededText("protected");
        byte[] signature = Decode(fields.NeededText("signature"));
        JsonFields header = fields.NeededObject("header");
        IReadOnlyList<string> chain = header.Texts("x5c", Limits.Proofs) ?? [];
        header.Text(NotationEnvelope.AgentHeader);
        byte[]? timestamp = header.Bytes(NotationEnvelope.TimestampHeader);
        header.NoneInAnotherCase();
        fields.Only();
        byte[] signed = Encoding.ASCII.GetBytes($"{protectedText}.{payload}");
        return StrictJson.Read(Decode(protectedText), NotationEnvelope.Format, attributes =>
        {
            string algorithm = attributes.NeededText("alg");
            NotationEnvelope envelope = new()
            {
                Algorithm = algorithm,
                ContentType = attributes.Text("cty"),
                Scheme = attributes.Text(NotationEnvelope.SchemeHeader),
                Critical = Critical(attributes),
                NeedsPlugin = attributes.IsWritten(NotationEnvelope.PluginHeader),
                SigningTime = Time(attributes, NotationEnvelope.TimeHeader),
                AuthenticTime = Time(attributes, NotationEnvelope.AuthenticTimeHeader),
                Expiry = Time(attributes, NotationEnvelope.ExpiryHeader),
                Chain = NotationEnvelope.ReadChain(
                    [.. chain.Select(one => JsonFields.TryDecode(one)
                        ?? throw NotationEnvelope.Format.Invalid("a certificate in it is not base64"))]),
                Timestamp = timestamp,
                Payload = Decode(payload),
                Signature = signature,
                IsBy = certificate => IsBy(certificate, algorithm, signed, signature),
            };
            attributes.NoneInAnotherCase();
            return envelope;
        });
    });

    private static bool IsBy(X509Certificate2 certificate, string algorithm, byte[] signed, byte[] signature) =>
        CertificateReader.KeyOf(certificate, NotationEnvelope.Format) switch
        {
            EcdsaKey key => key.VerifyFixed(signed, signature),
            RsaKey key => key.VerifyPss(signed, signature, algorithm switch
            {
                "PS256" => HashAlgorithmName.SHA256,
                "PS384" => HashAlgorithmName.SHA384,
                _ => HashAlgorithmName.SHA512,
            }),
            _ => false,
        };

    private static IReadOnlyList<string> Critical(JsonFields attributes)
    {
        IReadOnlyList<string> names = attributes.Texts("crit", MaxCritical) ?? [];
        return names.FirstOrDefault(name => !attributes.IsWritten(name)) is { } missing
            ? throw NotationEnvelope.Format.Invalid($"the critical header '{missing}' is missing")
            : names;
    }

    private static DateTimeOffset? Time(JsonFields fields, string name) =>
        // Go reads a time from the bytes as they are.
        fields.PlainText(name) is not { } text ? null
        // Go's zero time means that there is none.
        : Rfc3339.Read(text) is { } time && time != DateTimeOffset.MinValue ? time : throw fields.Format.Invalid($"'{name}' is not a time");

    private static byte[] Decode(string text)
    {
        byte[] bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        return !text.AsSpan().ContainsAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
            && Base64Url.IsValid(text) && Base64Url.TryDecodeFromChars(text, bytes, out int written)
            ? bytes[..written]
            : throw NotationEnvelope.Format.Invalid("a part of it is not base64url");
    }
}
