using Airgap.Oci;

namespace Airgap.Publishing.Artifacts;

/// <summary>A warning or failure in a JSON document.</summary>
internal sealed record DiagnosticDocument(string Code, string Message, string Advice)
{
    /// <summary>The step in which it occurred.</summary>
    public string? Phase { get; init; }

    /// <summary>The image or repository concerned.</summary>
    public string? Reference { get; init; }

    /// <summary>The digest concerned.</summary>
    public string? Digest { get; init; }

    /// <summary>The file concerned.</summary>
    public string? File { get; init; }

    /// <summary>The line, from 1.</summary>
    public int? Line { get; init; }

    /// <summary>The column, from 1.</summary>
    public int? Column { get; init; }

    /// <summary>The document of a diagnostic in an artifact, whose readers do not have the project that the location is in.</summary>
    public static DiagnosticDocument WithoutLocation(Diagnostic diagnostic) =>
        new(diagnostic.Id, diagnostic.Message, diagnostic.Advice) { Reference = diagnostic.Reference };

    /// <summary>The document of a diagnostic for the user of the command.</summary>
    public static DiagnosticDocument Of(Diagnostic diagnostic) => WithoutLocation(diagnostic) with
    {
        Digest = diagnostic.Digest,
        File = diagnostic.Location?.File,
        Line = diagnostic.Location is { Line: > 0 and int line } ? line : null,
        Column = diagnostic.Location is { Column: > 0 and int column } ? column : null,
    };
}
