using System.CommandLine;
using Airgap.Publishing.Signing;

namespace Airgap.Tool.CommandLine;

/// <summary>The flags about what is noted of a run, and of whom.</summary>
internal sealed class TrailFlags
{
    private readonly Option<string?> _log = Flag.Text(
        "--audit-log", "FILE",
        "Log to append a line to, with the digest of the line before it: who copied what, when, from where to where");
    private readonly Option<bool> _user =
        Flag.Switch("--record-user", "Name this user and machine in receipts and logs, where no CI system runs");

    /// <summary>The flags.</summary>
    public IEnumerable<Option> All => [_log, _user];

    /// <summary>The log; null for none.</summary>
    public string? Log(ParseResult parsed) => parsed.GetText(_log);

    /// <summary>Who runs this; null where it is not known or not to be told.</summary>
    public RunIdentity? Who(ParseResult parsed) => RunIdentity.Find(Environment.GetEnvironmentVariable, parsed.GetValue(_user));
}
