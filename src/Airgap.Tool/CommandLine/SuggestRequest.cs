using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Airgap.Tool.CommandLine;

/// <summary>
/// A shell's request to complete a line: <c>[suggest:POSITION] LINE</c>, the line without the tool's name.
/// </summary>
/// <remarks>
/// Source: System.CommandLine's suggest directive, which dotnet-suggest also sends. It is read here, before the tool
/// can refuse the unfinished line.
/// </remarks>
internal static class SuggestRequest
{
    private const string Opening = "[suggest";

    /// <summary>Reads the request.</summary>
    /// <param name="args">The command line of the process.</param>
    /// <param name="line">The line up to the cursor.</param>
    /// <returns>False when it is an ordinary command line.</returns>
    public static bool TryRead(string[] args, [NotNullWhen(true)] out string? line)
    {
        line = null;
        if (args is not [{ } directive, ..] || !directive.StartsWith(Opening, StringComparison.Ordinal) || !directive.EndsWith(']'))
            return false;
        line = args.Length > 1 ? args[1] : "";
        string position = directive[Opening.Length..^1].TrimStart(':');
        if (int.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out int end))
            line = end < line.Length ? line[..end] : line.PadRight(Math.Min(end, line.Length + 1));
        return true;
    }
}
