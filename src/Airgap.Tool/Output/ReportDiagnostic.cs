using Airgap.Oci;

namespace Airgap.Tool.Output;

/// <summary>A warning or failure.</summary>
internal sealed record ReportDiagnostic(string Code, string Message, string Advice)
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

    /// <summary>A diagnostic as the report has it.</summary>
    public static ReportDiagnostic Of(Diagnostic diagnostic) => new(diagnostic.Id, diagnostic.Message, diagnostic.Advice)
    {
        Reference = diagnostic.Reference,
        Digest = diagnostic.Digest,
        File = diagnostic.Location?.File,
        Line = diagnostic.Location is { Line: > 0 and int line } ? line : null,
        Column = diagnostic.Location is { Column: > 0 and int column } ? column : null,
    };
}
