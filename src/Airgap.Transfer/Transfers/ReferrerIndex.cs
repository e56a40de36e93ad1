using System.Text;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Layers;

namespace Airgap.Transfer.Transfers;

/// <summary>Writes the index that lists a manifest's referrers.</summary>
/// <remarks>
/// Source: OCI distribution specification 1.1, "Referrers Tag Schema": the descriptors have artifact type and annotations. The bytes are
/// the same as oras'. go-containerregistry, imgpkg's library, writes others, which omit annotations and give the config's type: entries
/// that it wrote stay unchanged.
/// </remarks>
internal static class ReferrerIndex
{
    /// <summary>
    /// An index of the unchanged descriptors of an older one, and of further manifests. The same input gives the same bytes.
    /// </summary>
    /// <param name="old">The older index; null for none.</param>
    /// <param name="kept">The entries to keep.</param>
    /// <param name="added">The further manifests.</param>
    public static Manifest Merge(Manifest? old, IReadOnlySet<Digest> kept, IEnumerable<Manifest> added)
    {
        // Media types contain a plus sign, which other clients do not write as an escape.
        return Manifest.Parse(JsonBytes.Object(json =>
        {
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", MediaTypes.OciIndex);
            json.WriteStartArray("manifests");
            if (old is not null)
                WriteListed(json, old, kept);
            foreach (Manifest manifest in added)
                WriteDescriptor(json, manifest);
            json.WriteEndArray();
        }, JsonBytes.Unescaped), MediaTypes.OciIndex);
    }

    private static void WriteListed(Utf8JsonWriter json, Manifest old, IReadOnlySet<Digest> kept)
    {
        using JsonDocument document = JsonDocument.Parse(old.Bytes);
        if (!document.RootElement.TryGetProperty("manifests", out JsonElement manifests) || manifests.ValueKind != JsonValueKind.Array)
            return;

        // Parsed and raw descriptors have the same order.
        foreach ((JsonElement raw, Descriptor descriptor) in manifests.EnumerateArray().Zip(old.Manifests))
        {
            if (kept.Contains(descriptor.Digest))
                json.WriteRawValue(raw.GetRawText());
        }
    }

    private static void WriteDescriptor(Utf8JsonWriter json, Manifest manifest)
    {
        using JsonDocument document = JsonDocument.Parse(manifest.Bytes);
        json.WriteStartObject();
        json.WriteString("mediaType", manifest.MediaType);
        json.WriteString("digest", manifest.Digest.ToString());
        json.WriteNumber("size", manifest.Descriptor.Size);
        if (document.RootElement.TryGetProperty("annotations", out JsonElement annotations) && annotations.ValueKind == JsonValueKind.Object
            && annotations.EnumerateObject().Any())
        {
            json.WritePropertyName("annotations");
            WriteAnnotations(json, annotations);
        }

        if ((manifest.ArtifactType ?? manifest.Config?.MediaType) is { Length: > 0 } type)
            json.WriteString("artifactType", type);
        json.WriteEndObject();
    }

    // As oras and every other client in Go write a map, regardless of the manifest itself.
    private static void WriteAnnotations(Utf8JsonWriter json, JsonElement annotations)
    {
        if (annotations.EnumerateObject().Any(annotation => annotation.Value.ValueKind != JsonValueKind.String))
        {
            json.WriteRawValue(annotations.GetRawText());
            return;
        }

        GoJson go = new(capacity: 256);
        string before = "{";
        foreach ((byte[] name, string value) in annotations.EnumerateObject()
            .Select(annotation => (Encoding.UTF8.GetBytes(annotation.Name), annotation.Value.GetString()!))
            .OrderBy(pair => pair.Item1, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))))
        {
            go.Raw(before).String(name.AsSpan()).Raw(":").String(value);
            before = ",";
        }

        json.WriteRawValue(go.Raw("}").Written);
    }
}
