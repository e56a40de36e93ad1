using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Wire;
using Airgap.Publishing;
using Airgap.Tool.Running;

namespace Airgap.Tool.CommandLine;

/// <summary>Warns of flags that had no effect, after a run that did not fail.</summary>
internal static class IdleFlags
{
    /// <summary>Warns of the flags of a command line that had no effect.</summary>
    public static void Warn(ParseResult parsed, Session session)
    {
        foreach (Diagnostic idle in IdleFlagRules.Find(parsed))
            session.Warn(idle);
        if (parsed.CommandResult.Command is not ToolCommand { Registry: { IsProbing: false } registry })
            return;
        ((ByteRates, string)? rates, string? conf) = registry.Given(parsed);
        foreach (Diagnostic idle in IdleAccess.Find(session.Registries, rates, conf))
            session.Warn(idle);
        string[] others = [.. registry.Others.Where(option => IdleFlagRules.IsAsked(parsed, option)).Select(option => option.Name)];
        if (others.Length > 0 && !session.Registries.Any(client => client.Hosts.Any()))
            session.Warn(new Diagnostic(
                ErrorCode.RegistrySettingIdle, $"{IdleFlagRules.Names(others)} had no effect: this run contacted no registry.",
                others.Length == 1 ? "Omit it." : "Omit them."));
    }
}
