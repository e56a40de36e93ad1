using System.Text;
using Airgap.Oci;
using Airgap.Tool.Running;

namespace Airgap.Tool.Output;

/// <summary>Diagnostics for people.</summary>
internal static class DiagnosticText
{
    /// <summary>
    /// <c>dotnet-airgap: Error: AIRGAP1005: message</c>, then place and advice on lines of their own. Under imgpkg's name the
    /// message comes first, as its scripts expect, and the code after it.
    /// </summary>
    public static string Of(Diagnostic diagnostic, string severity, Identity identity)
    {
        StringBuilder text = new();
        text.Append(identity.Name).Append(": ").Append(severity).Append(": ");
        if (identity.IsImgpkg)
            text.Append(diagnostic.Message).Append(" (").Append(diagnostic.Id).Append(')');
        else
            text.Append(diagnostic.Id).Append(": ").Append(diagnostic.Message);
        if (diagnostic.Location is { } place && !diagnostic.Message.Contains(place.ToString(), StringComparison.Ordinal))
            text.AppendLine().Append("  at ").Append(place);
        if (diagnostic.Advice.Length > 0)
            text.AppendLine().Append("  ").Append(diagnostic.Advice);
        return text.ToString();
    }
}
