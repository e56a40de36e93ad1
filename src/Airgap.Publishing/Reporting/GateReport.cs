using System.Text.Json;

namespace Airgap.Publishing.Reporting;

/// <summary>What a gate said, as documents have it.</summary>
/// <param name="Command">The command line.</param>
/// <param name="ExitCode">Its exit code: 0 agrees.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Sarif">Its standard output, where that is SARIF; left out otherwise.</param>
/// <param name="Text">The beginning of its output, where that is not SARIF; left out where there is none.</param>
internal sealed record GateReport(string Command, int ExitCode, double Seconds, JsonElement? Sarif, string? Text);
