using System.Text.Json;

namespace Airgap.Publishing.Reporting;

/// <summary>A gate's report, as in documents.</summary>
/// <param name="Command">The command line.</param>
/// <param name="ExitCode">Its exit code: 0 approves.</param>
/// <param name="Seconds">Its duration.</param>
/// <param name="Sarif">Its standard output, if that is SARIF; otherwise absent.</param>
/// <param name="Text">The beginning of its output, if that is not SARIF; absent if there is none.</param>
internal sealed record GateReport(string Command, int ExitCode, double Seconds, JsonElement? Sarif, string? Text);
