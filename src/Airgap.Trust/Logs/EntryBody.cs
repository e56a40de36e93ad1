using System.Security.Cryptography;
using System.Text;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Logs;

/// <summary>Compares a log entry's body with a signature: its bytes, its certificate or key, and the signed content.</summary>
/// <remarks>Source: sigstore/rekor, pkg/types; sigstore/rekor-tiles, api/proto.</remarks>
internal static class EntryBody
{
    private static readonly Format s_format = Format.Signature("The log's entry");

    /// <summary>True when all of them match.</summary>
    public static bool Fits(LogEntry entry, EntryClaims claims) => StrictJson.Read(entry.Body, s_format, body =>
    {
        string kind = body.NeededText("kind");
        string version = body.NeededText("apiVersion");
        if ((entry.Kind ?? kind) != kind || (entry.Version ?? version) != version)
            return false;
        JsonFields spec = body.NeededObject("spec");
        return (kind, version) switch
        {
            ("hashedrekord", "0.0.1") => IsHashed(spec, claims),
            ("hashedrekord", "0.0.2") => IsHashedV2(spec.NeededObject("hashedRekordV002"), claims),
            ("dsse", "0.0.1") => IsEnvelope(spec, claims),
            ("dsse", "0.0.2") => IsEnvelopeV2(spec.NeededObject("dsseV002"), claims),
            ("intoto", "0.0.2") => IsInToto(spec.NeededObject("content"), claims),
            _ => throw s_format.Invalid($"its kind '{kind}' {version} is not known"),
        };
    });

    private static bool IsHashed(JsonFields spec, EntryClaims claims)
    {
        JsonFields hash = spec.NeededObject("data").NeededObject("hash");
        JsonFields signature = spec.NeededObject("signature");
        return SameHex(hash, claims.Signed)
            && Same(signature.NeededBytes("content"), claims.Signature)
            && IsVerifier(signature.NeededObject("publicKey").NeededBytes("content"), claims);
    }

    private static bool IsHashedV2(JsonFields spec, EntryClaims claims)
    {
        JsonFields data = spec.NeededObject("data");
        JsonFields signature = spec.NeededObject("signature");
        spec.Only();
        return Algorithm(data.NeededText("algorithm")) is { } algorithm
            && Same(data.NeededBytes("digest"), claims.Signed.Hash(algorithm))
            && Same(signature.NeededBytes("content"), claims.Signature)
            && IsRawVerifier(signature.NeededObject("verifier"), claims);
    }

    private static bool IsEnvelope(JsonFields spec, EntryClaims claims) =>
        claims.Payload is { } payload
        && SameHex(spec.NeededObject("payloadHash"), SignedBytes.Of(payload))
        && spec.Objects("signatures", Limits.Proofs) is [{ } one]
        && Same(one.NeededBytes("signature"), claims.Signature)
        && IsVerifier(one.NeededBytes("verifier"), claims);

    private static bool IsEnvelopeV2(JsonFields spec, EntryClaims claims)
    {
        JsonFields hash = spec.NeededObject("payloadHash");
        return claims.Payload is { } payload
            && Algorithm(hash.NeededText("algorithm")) is { } algorithm
            && Same(hash.NeededBytes("digest"), SignedBytes.HashOf(algorithm, payload))
            && spec.Objects("signatures", Limits.Proofs) is [{ } one]
            && Same(one.NeededBytes("content"), claims.Signature)
            && IsRawVerifier(one.NeededObject("verifier"), claims);
    }

    // The entry encodes the signature in base64 twice.
    private static bool IsInToto(JsonFields content, EntryClaims claims) =>
        claims.Payload is { } payload
        && SameHex(content.NeededObject("payloadHash"), SignedBytes.Of(payload))
        && content.NeededObject("envelope").Objects("signatures", Limits.Proofs) is [{ } one]
        && JsonFields.TryDecode(Encoding.UTF8.GetString(one.NeededBytes("sig"))) is { } signature
        && Same(signature, claims.Signature)
        && IsVerifier(one.NeededBytes("publicKey"), claims);

    private static bool SameHex(JsonFields hash, SignedBytes signed) =>
        Algorithm(hash.NeededText("algorithm")) is { } algorithm
            && hash.NeededText("value") == Convert.ToHexStringLower(signed.Hash(algorithm));

    private static bool IsVerifier(byte[] pem, EntryClaims claims)
    {
        string text = Encoding.UTF8.GetString(pem);
        if (!PemEncoding.TryFind(text, out PemFields fields) || text[fields.Label] is not ("CERTIFICATE" or "PUBLIC KEY"))
            return false;
        return !PemEncoding.TryFind(text.AsSpan(fields.Location.End.GetOffset(text.Length)), out _)
            && JsonFields.TryDecode(text[fields.Base64Data]) is { } der && Same(der, claims.Verifier.Span);
    }

    private static bool IsRawVerifier(JsonFields verifier, EntryClaims claims) =>
        verifier.NeededText("keyDetails").Length > 0 && verifier.Has("x509Certificate") != verifier.Has("publicKey")
            && (verifier.Object("x509Certificate") ?? verifier.Object("publicKey")) is { } one
            && Same(one.NeededBytes("rawBytes"), claims.Verifier.Span);

    private static HashAlgorithmName? Algorithm(string name) => name switch
    {
        "sha256" or "SHA2_256" => HashAlgorithmName.SHA256,
        "sha384" or "SHA2_384" => HashAlgorithmName.SHA384,
        "sha512" or "SHA2_512" => HashAlgorithmName.SHA512,
        _ => null,
    };

    private static bool Same(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => one.SequenceEqual(other);
}
