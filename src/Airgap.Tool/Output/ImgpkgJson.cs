using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Airgap.Oci;

namespace Airgap.Tool.Output;

/// <summary>
/// The output of <c>--json</c> under imgpkg's name: everything imgpkg would have printed, in one document.
/// </summary>
/// <remarks>Source: the recorded golden/tag-list.json. Nothing is written after a failure.</remarks>
internal sealed class ImgpkgJson
{
    private bool _isBlankBefore;

    /// <summary>Tables; null for none.</summary>
    [JsonPropertyName("Tables")]
    public List<ImgpkgTable>? Tables { get; private set; }

    /// <summary>Blocks of text; null for none.</summary>
    [JsonPropertyName("Blocks")]
    public List<string>? Blocks { get; private set; }

    /// <summary>Lines.</summary>
    [JsonPropertyName("Lines")]
    public List<string> Lines { get; } = [];

    /// <summary>
    /// Adds a line as imgpkg's commands write it: with its line feed, and after a blank line if one was printed. imgpkg
    /// writes the line feed of two of its lines separately.
    /// </summary>
    public void AddLine(string line)
    {
        bool isBare = line == "Succeeded" || line.StartsWith("Pushed '", StringComparison.Ordinal);
        if (line.Length > 0)
            Lines.Add(isBare ? line : $"{(_isBlankBefore ? "\n" : "")}{line}\n");
        _isBlankBefore = line.Length == 0;
    }

    /// <summary>Adds a table.</summary>
    public void AddTable(Table table) => (Tables ??= []).Add(new ImgpkgTable(
        table.Content,
        Named(table.Columns, table.Columns.Select(column => column.Title)),
        [.. table.Rows.Select(row => Named(table.Columns, row))],
        null));

    /// <summary>Adds a block of text.</summary>
    public void AddBlock(string text) => (Blocks ??= []).Add(text);

    /// <summary>The document.</summary>
    public string ToJson() => Printable.Json(JsonSerializer.Serialize(this, ImgpkgJsonContext.Readable.ImgpkgJson));

    private static SortedDictionary<string, string> Named(IEnumerable<TableColumn> columns, IEnumerable<string> values) =>
        new(columns.Zip(values).ToDictionary(pair => pair.First.Key, pair => pair.Second), StringComparer.Ordinal);
}

/// <summary>A table.</summary>
/// <param name="Content">What its rows list.</param>
/// <param name="Header">Titles by column.</param>
/// <param name="Rows">Texts by column.</param>
/// <param name="Notes">Always null.</param>
internal sealed record ImgpkgTable(
    [property: JsonPropertyName("Content")] string Content,
    [property: JsonPropertyName("Header")] SortedDictionary<string, string> Header,
    [property: JsonPropertyName("Rows")] List<SortedDictionary<string, string>> Rows,
    [property: JsonPropertyName("Notes")] IReadOnlyList<string>? Notes);

/// <summary>Source-generated serialisation, with imgpkg's indentation.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, IndentSize = 4, NewLine = "\n")]
[JsonSerializable(typeof(ImgpkgJson))]
internal sealed partial class ImgpkgJsonContext : JsonSerializerContext
{
    /// <summary>Quotes stay unescaped, as Go writes them.</summary>
    public static ImgpkgJsonContext Readable =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
