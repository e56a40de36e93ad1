using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Producing;

namespace Airgap.Transfer.Deriving;

/// <summary>An image of an index, as in its descriptor.</summary>
/// <param name="Descriptor">The image.</param>
/// <param name="Platform">Its platform; null if the descriptor has none.</param>
/// <param name="AttestedImage">The image that this one attests, as recorded by buildkit; null for none.</param>
internal sealed record IndexChild(Descriptor Descriptor, string? Platform, Digest? AttestedImage);

/// <summary>
/// Reads the images of an index, and writes the index with some of them. The remaining text is unchanged.
/// </summary>
internal static class IndexEditor
{
    /// <summary>The images, in the order of the index.</summary>
    public static ImmutableArray<IndexChild> Read(Manifest index)
    {
        using JsonDocument document = JsonDocument.Parse(index.Bytes);
        IEnumerable<JsonElement> raw = document.RootElement.TryGetProperty("manifests", out JsonElement manifests)
            && manifests.ValueKind == JsonValueKind.Array ? manifests.EnumerateArray() : [];
        return [.. raw.Zip(index.Manifests,
            (json, descriptor) => new IndexChild(
                descriptor, json.TryGetProperty("platform", out JsonElement platform) ? PlatformOf.Json(platform) : null,
                AttestedBy(json)))];
    }

    /// <summary>The index with some of its images, each with its new digest.</summary>
    /// <param name="index">The index.</param>
    /// <param name="kept">For each position, the new image; null for none.</param>
    public static Manifest Write(Manifest index, IReadOnlyList<Descriptor?> kept)
    {
        using JsonDocument document = JsonDocument.Parse(index.Bytes);
        StringBuilder json = new("{");
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            if (json.Length > 1)
                json.Append(',');
            json.Append(Quoted(property.Name)).Append(':');
            if (property.NameEquals("manifests"))
                json.Append('[').AppendJoin(
                    ',', property.Value.EnumerateArray().Select(
                        (child, i) => kept[i] is { } at ? Descriptor(child, index.Manifests[i], at) : null).OfType<string>()).Append(']');
            else
                json.Append(property.Value.GetRawText());
        }

        return Manifest.Parse(Encoding.UTF8.GetBytes(json.Append('}').ToString()), index.MediaType);
    }

    private static string Descriptor(JsonElement raw, Descriptor before, Descriptor now)
    {
        if (before.Digest == now.Digest)
            return raw.GetRawText();
        IEnumerable<string> fields =
            raw.EnumerateObject().Where(field => !field.NameEquals("data") && !field.NameEquals("urls")).Select(field => field.Name switch
        {
            "digest" => $"\"digest\":\"{now.Digest}\"",
            "size" => $"\"size\":{now.Size}",
            _ => $"{Quoted(field.Name)}:{field.Value.GetRawText()}",
        });
        return $"{{{string.Join(',', fields)}}}";
    }

    private static string Quoted(string name) => $"\"{JsonEncodedText.Encode(name)}\"";

    private static Digest? AttestedBy(JsonElement child) =>
        child.TryGetProperty("annotations", out JsonElement annotations) && annotations.ValueKind == JsonValueKind.Object
        && annotations.TryGetProperty("vnd.docker.reference.digest", out JsonElement subject) && subject.ValueKind == JsonValueKind.String
        && Digest.TryParse(subject.GetString(), out Digest digest)
            ? digest
            : null;
}
