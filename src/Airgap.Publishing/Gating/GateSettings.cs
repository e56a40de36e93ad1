namespace Airgap.Publishing.Gating;

/// <summary>The gate: a command that must approve before anything is pushed.</summary>
/// <param name="Command">The command line, run by the shell.</param>
/// <param name="Folder">Its working folder.</param>
/// <param name="TimeLimit">Its time limit.</param>
/// <param name="WithContent">True to also pass the content, as an OCI layout.</param>
/// <param name="Variables">Environment variables to pass besides the common ones.</param>
internal sealed record GateSettings(string Command, string Folder, TimeSpan TimeLimit, bool WithContent, IReadOnlyList<string> Variables)
{
    /// <summary>The default time limit.</summary>
    public static TimeSpan DefaultTimeLimit { get; } = TimeSpan.FromMinutes(10);
}
