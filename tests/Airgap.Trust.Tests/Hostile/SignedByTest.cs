using System.Security.Cryptography;
using System.Text;
using Airgap.Oci;
using Airgap.Trust.Keys;
using Airgap.Trust.Signers;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>Signs as cosign does, with the test's own key.</summary>
internal sealed class SignedByTest : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public SignedByTest() =>
        Signer = new KeySigner(KeyFile.Read(Encoding.ASCII.GetBytes(_key.ExportSubjectPublicKeyInfoPem()), "test.pub"), "test.pub", []);

    public KeySigner Signer { get; }

    public const string Config =
        """{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2}""";

    public string Sign(byte[] bytes) =>
        Convert.ToBase64String(_key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

    public static byte[] Payload(Digest image, string reference = "registry.example/app") => Encoding.UTF8.GetBytes(
        $$$"""{"critical":{"identity":{"docker-reference":"{{{reference}}}"},"image":{"docker-manifest-digest":"{{{image}}}"},"type":"cosign container image signature"},"optional":null}""");

    /// <summary>A layer of a signature's manifest.</summary>
    public string Layer(MemoryStore store, byte[] payload, string? signature = null) => MemoryStore.Json(
        store.AddBlob(payload, Envelopes.SimpleSigning.MediaType),
        $$""","annotations":{"dev.cosignproject.cosign/signature":"{{signature ?? Sign(payload)}}"}""");

    /// <summary>The JSON of a manifest.</summary>
    public static string ManifestOf(IEnumerable<string> layers, string more = "") =>
        $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{Config}},"layers":[{{string.Join(',', layers)}}]{{more}}}""";

    /// <summary>A bundle with a statement.</summary>
    public byte[] Bundle(string statement, string type = "application/vnd.in-toto+json", int signatures = 1)
    {
        byte[] payload = Encoding.UTF8.GetBytes(statement);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"DSSEv1 {type.Length} {type} {payload.Length} "), .. payload];
        string list = string.Join(',', Enumerable.Range(0, signatures).Select(_ => $$"""{"sig":"{{Sign(signed)}}"}"""));
        return Encoding.UTF8.GetBytes(
            $$$"""{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{}},"dsseEnvelope":{"payload":"{{{Convert.ToBase64String(payload)}}}","payloadType":"{{{type}}}","signatures":[{{{list}}}]}}""");
    }

    public static string StatementOf(Digest image, string predicate = Envelopes.Statement.CosignSignature) =>
        $$$"""{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"{{{image.Algorithm}}}":"{{{image.Hex}}}"}}],"predicateType":"{{{predicate}}}","predicate":{}}""";

    public void Dispose() => _key.Dispose();
}
