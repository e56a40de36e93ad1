namespace Airgap.Transfer.Yaml;

/// <summary>
/// Reads YAML documents into nodes. A lock file may come from anyone, so the depth and the number of nodes are bounded, and aliases,
/// anchors and tags are refused: no tool writes them into a lock file. In files that people write, they are accepted.
/// </summary>
internal static class YamlReader
{
    /// <summary>Reads a document.</summary>
    /// <returns>Null if the file has none.</returns>
    public static YamlNode? Read(ReadOnlySpan<byte> bytes, YamlContext context)
    {
        YamlComposer composer = new(YamlText.Decode(bytes, context), context, YamlForm.Lock);
        YamlNode? root = composer.ReadDocument();
        if (root is not null && composer.ReadDocument() is not null)
            throw context.Error(composer.Line, composer.Column, "the file contains a second YAML document");
        return root;
    }

    /// <summary>
    /// Reads every document of a file that a person wrote: aliases are replaced by their nodes and merge keys by their entries, and tags
    /// determine the types of scalars, as in ytt.
    /// </summary>
    public static IReadOnlyList<YamlNode> ReadDocuments(ReadOnlySpan<byte> bytes, YamlContext context)
    {
        YamlComposer composer = new(YamlText.Decode(bytes, context), context, YamlForm.HandWritten);
        List<YamlNode> documents = [];
        while (composer.ReadDocument() is { } document)
            documents.Add(document);
        return documents;
    }

    /// <summary>
    /// Reads everything before the first error, such as the first template expression: complete documents, and the beginning of the last
    /// one.
    /// </summary>
    public static IReadOnlyList<YamlNode> ReadBeginning(string text)
    {
        YamlContext context = new("", Oci.ErrorCode.InvalidPackage, "");
        YamlComposer composer = new(text, context, YamlForm.Beginning);
        List<YamlNode> documents = [];
        try
        {
            while (composer.ReadDocument(documents.Add) is not null)
            {
            }
        }
        catch (Oci.AirgapException)
        {
            // The list contains the content read so far.
        }

        return documents;
    }
}
