using System.Text;
using System.Text.RegularExpressions;
using Airgap.Oci;
using Airgap.Tool.Running;

namespace Airgap.Tool.Output;

/// <summary>Diagnostics for people.</summary>
internal static partial class DiagnosticText
{
    /// <summary>
    /// <c>dotnet-airgap: Error: AIRGAP1005: message</c>, then place and advice on lines of their own. Under imgpkg's name the
    /// message comes first, as its scripts expect, and the code after it.
    /// </summary>
    /// <param name="diagnostic">What to show.</param>
    /// <param name="severity"><c>Error</c> or <c>Warning</c>.</param>
    /// <param name="identity">The name to show it under.</param>
    /// <param name="phase">The step it happened in, or null.</param>
    public static string Of(Diagnostic diagnostic, string severity, Identity identity, string? phase = null)
    {
        StringBuilder text = new();
        text.Append(identity.Name).Append(": ").Append(severity).Append(": ");
        if (identity.IsImgpkg)
            text.Append(Nested((IsFetch(diagnostic.Code, phase) ? "Fetching image: " : "") + Lead().Replace(diagnostic.Message, "")))
                .Append(" (").Append(diagnostic.Id).Append(')');
        else
            text.Append(diagnostic.Id).Append(": ").Append(diagnostic.Message);
        if (diagnostic.Location is { } place && !diagnostic.Message.Contains(place.ToString(), StringComparison.Ordinal))
            text.AppendLine().Append("  at ").Append(place);
        if (diagnostic.Advice.Length > 0)
            text.AppendLine().Append("  ").Append(diagnostic.Advice);
        return text.ToString();
    }

    private static bool IsFetch(ErrorCode code, string? phase) => phase == "planning" && (int)code is >= 1000 and < 2000;

    // imgpkg begins a line, one level further in, at each cause that starts with a capital.
    private static string Nested(string message)
    {
        int level = 0;
        return Cause().Replace(message, _ => $":\n{new string(' ', 2 * ++level)}");
    }

    // A hint in brackets is not a cause.
    [GeneratedRegex(@"(?<!\(hint): (?=[A-Z])")]
    private static partial Regex Cause();

    // Its causes begin with the request itself.
    [GeneratedRegex("^Cannot [^:]*(?::[^ ][^:]*)*: (?=(?:GET|HEAD|PUT|POST|PATCH|DELETE) https?://)")]
    private static partial Regex Lead();
}
