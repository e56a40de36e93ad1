using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Airgap.Oci;

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

/// <summary>A warning or failure in such a document.</summary>
internal sealed record DiagnosticDocument(string Code, string Message, string Advice, string? Reference)
{
    /// <summary>
    /// The document of a diagnostic, without its location in the project, which does not concern readers of the
    /// artifacts.
    /// </summary>
    internal static DiagnosticDocument Create(Diagnostic diagnostic) =>
        new(diagnostic.Id, diagnostic.Message, diagnostic.Advice, diagnostic.Reference);
}
