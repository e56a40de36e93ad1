using Airgap.Oci;
using Airgap.Transfer.Publishing;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>Reads MSBuild's items.</summary>
internal sealed class ItemReader
{
    private readonly Dictionary<string, string[]> _lines = [];

    /// <summary>The items with their metadata and places.</summary>
    public PublishItem[] Read(ITaskItem[] bundles, ITaskItem[] images, ITaskItem[] locks) =>
    [
        .. bundles.Select(item => Read(PublishItemKind.Bundle, item)),
        .. images.Select(item => Read(PublishItemKind.Image, item)),
        .. locks.Select(item => Read(PublishItemKind.Lock, item)),
    ];

    private PublishItem Read(PublishItemKind kind, ITaskItem item)
    {
        Dictionary<string, string> metadata = new(StringComparer.OrdinalIgnoreCase);
        foreach (System.Collections.DictionaryEntry entry in item.CloneCustomMetadata())
            metadata[(string)entry.Key] = (string?)entry.Value ?? "";
        return new PublishItem(kind, item.ItemSpec, metadata, PlaceOf(kind, item));
    }

    // An item knows its file and no line; where the Include stands there literally, the line can be found.
    private SourceLocation? PlaceOf(PublishItemKind kind, ITaskItem item)
    {
        string file = item.GetMetadata("DefiningProjectFullPath");
        if (file.Length == 0)
            return null;
        string[] lines = LinesOf(file);
        for (int i = 0; i < lines.Length; i++)
        {
            int column = lines[i].IndexOf($"Imgpkg{kind}", StringComparison.OrdinalIgnoreCase);
            if (column >= 0 && lines[i].Contains($"\"{item.ItemSpec}\"", StringComparison.Ordinal))
                return new SourceLocation(file, i + 1, Math.Max(column, 1));
        }

        return new SourceLocation(file);
    }

    private string[] LinesOf(string file)
    {
        if (_lines.TryGetValue(file, out string[]? lines))
            return lines;
        try
        {
            return _lines[file] = File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The line is a courtesy; the build goes on without it.
            return _lines[file] = [];
        }
    }
}
