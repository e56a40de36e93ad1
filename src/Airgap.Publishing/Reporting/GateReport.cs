using System.Text.Json;

namespace Airgap.Publishing.Reporting;

/// <summary>A gate's report, as in documents.</summary>
/// <param name="Command">The command line.</param>
/// <param name="ExitCode">Its exit code: 0 approves.</param>
/// <param name="Seconds">Its duration.</param>
/// <param name="Sarif">Its standard output, if that is SARIF; otherwise absent.</param>
/// <param name="Text">The beginning of its output, if that is not SARIF; absent if there is none.</param>
internal sealed record GateReport(string Command, int ExitCode, double Seconds, JsonElement? Sarif, string? Text)
{
    /// <summary>True if two gates said the same, however long that took; or if there was none.</summary>
    public static bool SayTheSame(GateReport? one, GateReport? other) => one is null || other is null
        ? one is null && other is null
        : one.Command == other.Command && one.ExitCode == other.ExitCode && one.Text == other.Text
            && (one.Sarif is null || other.Sarif is null
                ? one.Sarif is null && other.Sarif is null : JsonElement.DeepEquals(one.Sarif.Value, other.Sarif.Value));
}
