using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Airgap.Tool.Output;

/// <summary>What <c>--json</c> writes under imgpkg's name: everything imgpkg would have printed, gathered.</summary>
/// <remarks>Source: the recorded golden/tag-list.json. Blank lines are left out, and nothing is written after a failure.</remarks>
internal sealed class ImgpkgJson
{
    /// <summary>Tables; null for none.</summary>
    [JsonPropertyName("Tables")]
    public IReadOnlyList<string>? Tables => null;

    /// <summary>Blocks of text; null for none.</summary>
    [JsonPropertyName("Blocks")]
    public IReadOnlyList<string>? Blocks => null;

    /// <summary>Lines.</summary>
    [JsonPropertyName("Lines")]
    public List<string> Lines { get; } = [];

    /// <summary>The document.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ImgpkgJsonContext.Readable.ImgpkgJson);
}

/// <summary>Serialisation without reflection, with imgpkg's indent.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, IndentSize = 4, NewLine = "\n")]
[JsonSerializable(typeof(ImgpkgJson))]
internal sealed partial class ImgpkgJsonContext : JsonSerializerContext
{
    /// <summary>With quotes as they are, as Go writes them.</summary>
    public static ImgpkgJsonContext Readable => field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
