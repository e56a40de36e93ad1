namespace Airgap.Publishing.Gating;

/// <summary>The command that has to agree before anything is pushed.</summary>
/// <param name="Command">The command line, which the shell runs.</param>
/// <param name="Folder">Where it runs.</param>
/// <param name="TimeLimit">How long it may take.</param>
/// <param name="WithContent">True to give it the content, too, as an OCI layout.</param>
/// <param name="Variables">Variables of the environment that it gets besides the common ones.</param>
internal sealed record GateSettings(string Command, string Folder, TimeSpan TimeLimit, bool WithContent, IReadOnlyList<string> Variables)
{
    /// <summary>How long a gate may take unless it is said.</summary>
    public static TimeSpan DefaultTimeLimit { get; } = TimeSpan.FromMinutes(10);
}
