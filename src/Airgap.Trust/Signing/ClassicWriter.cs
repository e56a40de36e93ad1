using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Trust.Envelopes;

namespace Airgap.Trust.Signing;

/// <summary>
/// Writes signatures as cosign stores them beside an image: a payload for each signature, and the manifest that lists them.
/// </summary>
/// <remarks>Source: sigstore/cosign, specs/SIGNATURE_SPEC.md; the bytes are those of cosign 2.5.</remarks>
internal static class ClassicWriter
{
    private const string SignatureAnnotation = "dev.cosignproject.cosign/signature";
    private const string NoTime = "0001-01-01T00:00:00Z";

    /// <summary>The payload that is signed.</summary>
    public static byte[] Payload(RepositoryName repository, Digest image) => JsonBytes.Object(json =>
    {
        json.WriteStartObject("critical");
        json.WriteStartObject("identity");
        json.WriteString("docker-reference", repository.ToString());
        json.WriteEndObject();
        json.WriteStartObject("image");
        json.WriteString("docker-manifest-digest", image.ToString());
        json.WriteEndObject();
        json.WriteString("type", "cosign container image signature");
        json.WriteEndObject();
        json.WriteNull("optional");
    }, JsonBytes.Unescaped);

    /// <summary>The config of a manifest with these layers.</summary>
    public static byte[] Config(IReadOnlyCollection<Digest> layers) => JsonBytes.Object(json =>
    {
        json.WriteString("architecture", "");
        json.WriteString("created", NoTime);
        json.WriteStartArray("history");
        foreach (Digest _ in layers)
        {
            json.WriteStartObject();
            json.WriteString("created", NoTime);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("os", "");
        json.WriteStartObject("rootfs");
        json.WriteString("type", "layers");
        json.WriteStartArray("diff_ids");
        foreach (Digest layer in layers)
            json.WriteStringValue(layer.ToString());
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("config");
        json.WriteEndObject();
    }, JsonBytes.Unescaped);

    /// <summary>The manifest: the unchanged layers of an older one, and one more.</summary>
    public static Manifest Add(Manifest? old, Descriptor config, Descriptor payload, byte[] signature) =>
        Manifest.Parse(JsonBytes.Object(json =>
    {
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", MediaTypes.OciManifest);
        json.WritePropertyName("config");
        WriteDescriptor(json, config);
        json.WriteStartArray("layers");
        if (old is not null)
        {
            using JsonDocument document = JsonDocument.Parse(old.Bytes);
            foreach (JsonElement layer in document.RootElement.GetProperty("layers").EnumerateArray())
                json.WriteRawValue(layer.GetRawText());
        }

        WriteDescriptor(json, payload, signature);
        json.WriteEndArray();
    }, JsonBytes.Unescaped), MediaTypes.OciManifest);

    /// <summary>
    /// A manifest that attaches a sigstore bundle to an image, as cosign 3 writes it, without a time, so that
    /// the same bundle always makes the same manifest.
    /// </summary>
    public static Manifest Referrer(Descriptor subject, Descriptor empty, Descriptor bundle, string predicateType) =>
        Manifest.Parse(JsonBytes.Object(json =>
    {
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", MediaTypes.OciManifest);
        json.WriteString("artifactType", SigstoreBundle.MediaType);
        json.WritePropertyName("config");
        WriteDescriptor(json, empty);
        json.WriteStartArray("layers");
        WriteDescriptor(json, bundle);
        json.WriteEndArray();
        json.WritePropertyName("subject");
        WriteDescriptor(json, subject);
        json.WriteStartObject("annotations");
        json.WriteString("dev.sigstore.bundle.content", "dsse-envelope");
        json.WriteString("dev.sigstore.bundle.predicateType", predicateType);
        json.WriteEndObject();
    }, JsonBytes.Unescaped), MediaTypes.OciManifest);

    private static void WriteDescriptor(Utf8JsonWriter json, Descriptor descriptor, byte[]? signature = null)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", descriptor.MediaType);
        json.WriteNumber("size", descriptor.Size);
        json.WriteString("digest", descriptor.Digest.ToString());
        if (signature is not null)
        {
            json.WriteStartObject("annotations");
            json.WriteString(SignatureAnnotation, Convert.ToBase64String(signature));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
