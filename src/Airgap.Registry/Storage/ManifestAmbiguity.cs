using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Registry.Storage;

/// <summary>
/// Finds fields about which readers of a manifest differ. Most clients are written in Go, whose reader takes <c>Layers</c> for
/// <c>layers</c>: they need blobs that a reader that heeds the case does not see.
/// </summary>
internal static class ManifestAmbiguity
{
    /// <summary>Parses a manifest.</summary>
    /// <param name="content">Its bytes.</param>
    /// <param name="hasDuplicates">True if an object in it has a field twice.</param>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> content, out bool hasDuplicates)
    {
        JsonDocumentOptions options = new() { MaxDepth = 64 };
        hasDuplicates = false;
        try
        {
            return JsonDocument.Parse(content, options with { AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            // Few manifests have duplicates, so that few are parsed twice.
            JsonDocument document = JsonDocument.Parse(content, options);
            hasDuplicates = true;
            return document;
        }
    }

    /// <summary>Why readers differ, as the end of a sentence; null if they do not.</summary>
    /// <param name="root">The manifest, an object.</param>
    /// <param name="hasDuplicates">True if an object in it has a field twice.</param>
    public static string? Find(JsonElement root, bool hasDuplicates)
    {
        if (hasDuplicates)
            return "it has a field twice, and readers differ about it";
        string? field = FieldNames.FindFoldedInManifest(root)
            ?? DescriptorsOf(root).Select(FieldNames.FindFoldedInDescriptor).FirstOrDefault(folded => folded is not null);
        return field is null ? null
            : $"its field '{Printable.Line(field)}' has another case than the specification's, and readers differ about it";
    }

    private static IEnumerable<JsonElement> DescriptorsOf(JsonElement root)
    {
        foreach (string name in (string[])["config", "subject", "layers", "blobs", "manifests"])
        {
            if (!root.TryGetProperty(name, out JsonElement value))
                continue;
            IEnumerable<JsonElement> items = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];
            foreach (JsonElement item in items.Where(item => item.ValueKind == JsonValueKind.Object))
                yield return item;
        }
    }
}
