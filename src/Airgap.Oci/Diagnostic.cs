namespace Airgap.Oci;

/// <summary>A warning or failure as a plain value.</summary>
/// <param name="Code">The kind of failure.</param>
/// <param name="Message">The problem and its location, one sentence, without the code.</param>
/// <param name="Advice">The advice, one sentence; may be empty.</param>
public sealed record Diagnostic(ErrorCode Code, string Message, string Advice)
{
    /// <summary>The problem and its location, one sentence, without the code. Control characters are escaped.</summary>
    public string Message { get; init => field = Printable.Of(value); } = Printable.Of(Message);

    /// <summary>The advice, one sentence; may be empty. Control characters are escaped.</summary>
    public string Advice { get; init => field = Printable.Of(value); } = Printable.Of(Advice);

    /// <summary>The image or repository concerned; null when unknown.</summary>
    public string? Reference { get; internal init; }

    /// <summary>The digest concerned; null when unknown.</summary>
    public string? Digest { get; internal init; }

    /// <summary>The location in the user's files; null when unknown.</summary>
    internal SourceLocation? Location { get; init; }

    /// <summary>The code as users see it, such as <c>AIRGAP1005</c>.</summary>
    public string Id => FormatId(Code);

    /// <summary>Message and advice as one text.</summary>
    public string Text => Advice.Length == 0 ? Message : $"{Message} {Advice}";

    /// <summary>A code as users see it, such as <c>AIRGAP1005</c>.</summary>
    public static string FormatId(ErrorCode code) => $"AIRGAP{(int)code:D4}";
}

/// <summary>A location in a file that a user wrote.</summary>
/// <param name="File">The path, as the user gave it.</param>
/// <param name="Line">The line, counted from 1; 0 when unknown.</param>
/// <param name="Column">The column, counted from 1; 0 when unknown.</param>
internal sealed record SourceLocation(string File, int Line = 0, int Column = 0)
{
    /// <summary><c>file(line,column)</c>, as MSBuild and compilers write it.</summary>
    public override string ToString() => Line == 0 ? File : Column == 0 ? $"{File}({Line})" : $"{File}({Line},{Column})";
}
