using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Airgap.Oci;

namespace Airgap.Publishing.Artifacts;

/// <summary>What the JSON documents among the artifacts have in common.</summary>
internal static class ArtifactJson
{
    /// <summary>How they are written.</summary>
    public static JsonSerializerOptions CreateOptions() => new()
    {
        // The files are read by people and programs, never put into a page: references and quotes stay as they are.
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
    /// <summary>The document of a diagnostic, whose place in the project is not for those who get the artifacts.</summary>
    internal static DiagnosticDocument Create(Diagnostic diagnostic) =>
        new(diagnostic.Id, diagnostic.Message, diagnostic.Advice, diagnostic.Reference);
}
