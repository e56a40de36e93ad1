using System.Security.Cryptography;
using Airgap.Oci.Content;
using Airgap.Trust.Formats;
using Airgap.Trust.Signers;

namespace Airgap.Trust.Envelopes;

/// <summary>A sigstore bundle: a signature with its material, of version 0.1, 0.2 or 0.3.</summary>
/// <remarks>Source: sigstore/protobuf-specs, sigstore_bundle.proto. Read as strictly as Go's protojson: a field that is not known is
/// refused.</remarks>
internal sealed class SigstoreBundle
{
    /// <summary>The media type of version 0.3, as a layer and as an artifact type.</summary>
    public const string MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";

    private const string AnyMediaType = "application/vnd.dev.sigstore.bundle";

    private static readonly Format s_format = Format.Signature("The sigstore bundle") with { IsProto = true };

    private readonly VerificationMaterial _material;
    private readonly MessageSignature? _message;

    private SigstoreBundle(VerificationMaterial material, MessageSignature? message, DsseEnvelope? envelope)
    {
        _material = material;
        _message = message;
        Envelope = envelope;
    }

    /// <summary>True for a layer with a bundle, of whatever version.</summary>
    public static bool IsLayer(Descriptor layer) => layer.MediaType?.StartsWith(AnyMediaType, StringComparison.Ordinal) == true;

    /// <summary>The envelope; null when the bundle signs a file's bytes.</summary>
    public DsseEnvelope? Envelope { get; }

    /// <summary>Reads one.</summary>
    public static SigstoreBundle Read(ReadOnlyMemory<byte> json) => StrictJson.Read(json, s_format, fields =>
    {
        int version = fields.NeededText("mediaType") switch
        {
            MediaType or "application/vnd.dev.sigstore.bundle+json;version=0.3" => 3,
            { } patch when IsPatch(patch) => 3,
            "application/vnd.dev.sigstore.bundle+json;version=0.2" => 2,
            "application/vnd.dev.sigstore.bundle+json;version=0.1" => 1,
            { } other => throw fields.Format.Invalid($"its media type '{other}' is not that of version 0.1, 0.2 or 0.3"),
        };
        VerificationMaterial material = VerificationMaterial.Read(fields.NeededObject("verificationMaterial"), version);
        MessageSignature? message = fields.Object("messageSignature") is { } signature ? MessageSignature.Read(signature) : null;
        DsseEnvelope? envelope = fields.Object("dsseEnvelope") is { } dsse ? DsseEnvelope.Read(dsse) : null;
        fields.Only();
        if (message is null == envelope is null)
            throw fields.Format.Invalid("it has to hold either a message signature or an envelope");
        return envelope is { Signatures.Count: not 1 }
            ? throw fields.Format.Invalid("its envelope has to have exactly one signature")
            : new SigstoreBundle(material, message, envelope);
    });

    /// <summary>The evidence over the envelope.</summary>
    public Evidence OfEnvelope() => Envelope is { } envelope
        ? _material.Evidence(SignedBytes.Of(envelope.SignedBytes()), envelope.Signatures[0]) with { Payload = envelope.Payload }
        : throw Rejection.Of("It signs bytes, and not an image.");

    /// <summary>The evidence over a file's bytes.</summary>
    public Evidence OfMessage(SignedBytes file)
    {
        if (_message is not { } message)
            throw Rejection.Of("It signs a statement, and not bytes.");

        // No signature is for this digest; a false claim is deliberate.
        if (message.Claim is { } claim && !claim.Digest.AsSpan().SequenceEqual(file.Hash(claim.Algorithm)))
            throw Rejection.Of("It is of another file: the digest in it differs.");
        return _material.Evidence(file, message.Signature);
    }

    // A patch of version 0.3, such as v0.3.1+json.
    private static bool IsPatch(string mediaType) =>
        mediaType.StartsWith(AnyMediaType + ".v0.3.", StringComparison.Ordinal) && mediaType.EndsWith("+json", StringComparison.Ordinal)
        && mediaType[(AnyMediaType.Length + 6)..^5] is { Length: > 0 and < 5 } number && number.All(char.IsAsciiDigit)
        && (number == "0" || number[0] != '0');

    private sealed record MessageSignature((HashAlgorithmName Algorithm, byte[] Digest)? Claim, byte[] Signature)
    {
        public static MessageSignature Read(JsonFields fields)
        {
            JsonFields digest = fields.NeededObject("messageDigest");

            // cosign 3 writes an empty object with an Ed25519 signature, which covers the bytes themselves.
            if (!digest.Names.Any())
                return new MessageSignature(null, ReadSignature(fields));
            HashAlgorithmName algorithm = digest.NeededText("algorithm") switch
            {
                "SHA2_256" => HashAlgorithmName.SHA256,
                "SHA2_384" => HashAlgorithmName.SHA384,
                "SHA2_512" => HashAlgorithmName.SHA512,
                { } other => throw fields.Format.Invalid($"its digest is by '{other}'"),
            };
            (HashAlgorithmName, byte[]) claim = (algorithm, digest.NeededBytes("digest"));
            digest.Only();
            return new MessageSignature(claim, ReadSignature(fields));
        }

        private static byte[] ReadSignature(JsonFields fields)
        {
            byte[] signature = fields.NeededBytes("signature");
            fields.Only();
            return signature;
        }
    }
}
