using System.Text;
using System.Text.RegularExpressions;
using Airgap.Oci;
using Airgap.Tool.Running;

namespace Airgap.Tool.Output;

/// <summary>Diagnostics for people.</summary>
internal static partial class DiagnosticText
{
    /// <summary>
    /// <c>dotnet-airgap: Error: AIRGAP1005: message</c>, followed by location and advice on separate lines. Under
    /// imgpkg's name, the message precedes the code, as scripts expect.
    /// </summary>
    /// <param name="diagnostic">What to show.</param>
    /// <param name="severity"><c>Error</c> or <c>Warning</c>.</param>
    /// <param name="identity">The name to show it under.</param>
    /// <param name="phase">The step in which it occurred, or null.</param>
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

    // imgpkg starts a new line, one level deeper, at each cause that begins with a capital letter.
    private static string Nested(string message)
    {
        int level = 0;
        return Cause().Replace(message, _ => $":\n{new string(' ', 2 * ++level)}");
    }

    // A hint in brackets is not a cause.
    [GeneratedRegex(@"(?<!\(hint): (?=[A-Z])")]
    private static partial Regex Cause();

    // imgpkg's causes begin with the request itself.
    [GeneratedRegex("^Cannot [^:]*(?::[^ ][^:]*)*: (?=(?:GET|HEAD|PUT|POST|PATCH|DELETE) https?://)")]
    private static partial Regex Lead();
}
