using System.CommandLine;
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

    /// <summary>The user of the command; null if unknown or not to be recorded.</summary>
    public RunIdentity? Who(ParseResult parsed) => RunIdentity.Find(Environment.GetEnvironmentVariable, parsed.GetValue(_user));
}
