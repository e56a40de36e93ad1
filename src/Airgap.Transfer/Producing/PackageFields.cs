
using Airgap.Transfer.Bundles.Yaml;

namespace Airgap.Transfer.Producing;

/// <summary>Finds values in a Kubernetes document: keys match in their case, the last of two wins, and merge keys count.</summary>
internal static class PackageFields
{
    /// <summary>A field; null where it is missing or null.</summary>
    public static YamlNode? Find(YamlNode? node, params ReadOnlySpan<string> path)
    {
        foreach (string name in path)
            node = Child(node, name);
        return node is YamlScalar { IsNull: true } ? null : node;
    }

    /// <summary>A field's text; null where it is missing, empty, or no text.</summary>
    public static string? Text(YamlNode? node, params ReadOnlySpan<string> path) => Find(node, path) is YamlScalar { Text.Length: > 0 } scalar ? scalar.Text : null;

    private static YamlNode? Child(YamlNode? node, string name)
    {
        if (node is not YamlMapping mapping)
            return null;
        YamlNode? found = mapping.Entries.LastOrDefault(entry => entry.Key.Text == name).Value;
        return found ?? (name == "<<" ? null : Child(mapping, "<<") is { } merged ? Child(merged, name) : null);
    }
}
