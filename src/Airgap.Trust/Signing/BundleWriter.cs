using System.Security.Cryptography;
using System.Text.Json;
using Airgap.Oci.Content;
using Airgap.Trust.Envelopes;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Signing;

/// <summary>
/// Writes sigstore bundles of version 0.3 with a public key: the minimum that cosign 2.5 and 3.1 accept, and the key's hint.
/// </summary>
internal static class BundleWriter
{
    /// <summary>A bundle over bytes, as <c>cosign sign-blob</c> makes it.</summary>
    public static async Task<byte[]> OfBytesAsync(SigningKey key, SignedBytes data, CancellationToken cancellationToken)
    {
        byte[] signature = await key.SignAsync(data, cancellationToken);
        return Write(key, json =>
        {
            json.WriteStartObject("messageSignature");
            json.WriteStartObject("messageDigest");
            json.WriteString("algorithm", "SHA2_256");
            json.WriteBase64String("digest", data.Hash(HashAlgorithmName.SHA256));
            json.WriteEndObject();
            json.WriteBase64String("signature", signature);
            json.WriteEndObject();
        });
    }

    /// <summary>A bundle with a statement in an envelope.</summary>
    public static async Task<byte[]> OfStatementAsync(SigningKey key, byte[] statement, CancellationToken cancellationToken)
    {
        DsseEnvelope envelope = new(DsseEnvelope.InToto, statement, []);
        byte[] signature = await key.SignAsync(SignedBytes.Of(envelope.SignedBytes()), cancellationToken);
        return Write(key, json =>
        {
            json.WriteStartObject("dsseEnvelope");
            json.WriteBase64String("payload", statement);
            json.WriteString("payloadType", DsseEnvelope.InToto);
            json.WriteStartArray("signatures");
            json.WriteStartObject();
            json.WriteBase64String("sig", signature);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static byte[] Write(SigningKey key, Action<Utf8JsonWriter> content)
    {
        return JsonBytes.Object(json =>
        {
            json.WriteString("mediaType", SigstoreBundle.MediaType);
            json.WriteStartObject("verificationMaterial");
            json.WriteStartObject("publicKey");
            json.WriteBase64String("hint", key.Public.Id);
            json.WriteEndObject();
            json.WriteEndObject();
            content(json);
        }, JsonBytes.Unescaped);
    }
}
