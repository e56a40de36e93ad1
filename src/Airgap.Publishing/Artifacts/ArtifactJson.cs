using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Airgap.Publishing.Artifacts;

/// <summary>Common parts of the JSON documents among the artifacts.</summary>
internal static class ArtifactJson
{
    /// <summary>Their serialisation options.</summary>
    public static JsonSerializerOptions CreateOptions() => new()
    {
        // People and programs read the files, and no web page embeds them: references and quotes stay unescaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        NewLine = "\n",
    };
}
