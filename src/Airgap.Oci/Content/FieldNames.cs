using System.Text.Json;

namespace Airgap.Oci.Content;

/// <summary>
/// Finds fields that are known ones in another case. Go's JSON reader takes <c>Layers</c> for <c>layers</c>, and the last of both counts;
/// a reader that heeds the case would see another image under the same digest.
/// </summary>
/// <remarks>Source: pkg.go.dev/encoding/json, Unmarshal, and its folding of names.</remarks>
internal static class FieldNames
{
    private static readonly string[] s_manifest =
        ["schemaVersion", "mediaType", "config", "layers", "manifests", "subject", "artifactType", "annotations"];

    private static readonly string[] s_descriptor =
        ["mediaType", "digest", "size", "platform", "annotations", "urls", "data", "artifactType"];

    /// <summary>The first such field of a manifest or an index; null if there is none.</summary>
    public static string? FindFoldedInManifest(JsonElement root) => FindFolded(root, s_manifest);

    /// <summary>The first such field of a descriptor; null if there is none.</summary>
    public static string? FindFoldedInDescriptor(JsonElement item) => FindFolded(item, s_descriptor);

    /// <summary>True if Go takes a name for a known one.</summary>
    public static bool IsTakenFor(string name, string known) =>
        name.Replace('\u017f', 's').Replace('\u212a', 'k').Equals(known, StringComparison.OrdinalIgnoreCase);

    private static string? FindFolded(JsonElement element, string[] known)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!IsAny(property, known) && Array.Exists(known, name => IsTakenFor(property.Name, name)))
                return property.Name;
        }

        return null;
    }

    // Thousands of descriptors have no other names: they cost no strings.
    private static bool IsAny(JsonProperty property, string[] known)
    {
        foreach (string name in known)
        {
            if (property.NameEquals(name))
                return true;
        }

        return false;
    }
}
