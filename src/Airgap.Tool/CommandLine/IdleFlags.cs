using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Wire;
using Airgap.Publishing;
using Airgap.Tool.Running;

namespace Airgap.Tool.CommandLine;

/// <summary>Warns of flags about registries that had no effect, after a success.</summary>
internal static class IdleFlags
{
    /// <summary>Warns of the flags of a command line that had no effect.</summary>
    public static void Warn(ParseResult parsed, Session session)
    {
        if (parsed.CommandResult.Command is not ToolCommand { Registry: { IsProbing: false } registry })
            return;
        ((ByteRates, string)? rates, string? conf) = registry.Given(parsed);
        foreach (Diagnostic idle in IdleAccess.Find(session.Registries, rates, conf))
            session.Warn(idle);
    }
}
