namespace Airgap.Transfer.Yaml;

/// <summary>Finds values in a document: keys are case-sensitive, and the last of several equal keys wins.</summary>
internal static class YamlLookup
{
    /// <summary>A field; null if it is missing or null.</summary>
    public static YamlNode? Find(YamlNode? node, params ReadOnlySpan<string> path)
    {
        foreach (string name in path)
            node = Child(node, name);
        return node is YamlScalar { IsNull: true } ? null : node;
    }

    /// <summary>A field's text; null if it is missing, empty, or no text.</summary>
    public static string? Text(YamlNode? node, params ReadOnlySpan<string> path) =>
        Find(node, path) is YamlScalar { Text.Length: > 0 } scalar ? scalar.Text : null;

    private static YamlNode? Child(YamlNode? node, string name) =>
        node is YamlMapping mapping ? mapping.Entries.LastOrDefault(entry => entry.Key.Text == name).Value : null;
}
