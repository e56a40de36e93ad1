using System.CommandLine;
using Airgap.Oci;
using Airgap.Publishing.Signing;

namespace Airgap.Tool.CommandLine;

/// <summary>The flags for the audit log of a run, and for who is named in it.</summary>
internal sealed class AuditFlags
{
    private readonly Option<string?> _log = Flag.Text(
        "--audit-log", "FILE",
        "Log to append a line to, with the digest of the line before it: who copied what, when, from where to where");
    private readonly Option<bool> _user =
        Flag.Switch("--record-user", "Name this user and machine in receipts and logs when no CI system runs");

    /// <summary>The flags.</summary>
    public IEnumerable<Option> All => [_log, _user];

    /// <summary>The log; null for none.</summary>
    public string? Log(ParseResult parsed) => parsed.GetText(_log);

    /// <summary>Refuses to name a user where nothing is written that names one.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="signsReceipt">True if the run signs a receipt.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.IncompatibleOptions"/>.</exception>
    public void Check(ParseResult parsed, bool signsReceipt)
    {
        if (parsed.GetValue(_user) && Log(parsed) is null && !signsReceipt)
            throw new AirgapException(
                ErrorCode.IncompatibleOptions,
                $"Flag {_user.Name} can only be used with {_log.Name}, or with --receipt and --sign-key",
                "Omit it: this run writes neither a log nor a signed receipt, which would name the user.");
    }

    /// <summary>The user of the command; null if unknown or not to be recorded.</summary>
    public RunIdentity? Who(ParseResult parsed) => RunIdentity.Find(Environment.GetEnvironmentVariable, parsed.GetValue(_user));
}
