using System.CommandLine;
using Airgap.Oci;
using Airgap.Publishing.Auditing;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;

namespace Airgap.Tool.Commands;

/// <summary><c>audit</c>: the commands about audit logs.</summary>
internal static class AuditCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new("audit", "Works on the logs that --audit-log writes.");
        command.Subcommands.Add(AuditVerifyCommand.Create(host));
        command.Action = new HelpWriter.Action(host, exitCode: 1);
        return command;
    }
}

/// <summary><c>audit verify</c>: checks that a log is unchanged.</summary>
internal sealed class AuditVerifyCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "Log that --audit-log wrote" };
    private readonly Option<string?> _holds = Flag.Text(
        "--holds", "DIGEST",
        "Digest of a line, recorded elsewhere, that the log must contain: shows that no line was cut off at the end");

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "verify",
            "Reads a log from beginning to end, and names the first line that is changed, missing or incomplete. Changes nothing.",
            ("The log of a mirror", "audit verify mirror.jsonl"));
        AuditVerifyCommand flags = new();
        command.Arguments.Add(flags._file);
        command.Options.Add(flags._holds);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        string file = parsed.GetValue(_file)!;
        session.Report.Source = file;
        Digest? wanted = parsed.GetText(_holds) is { } text ? Digest.Parse(text) : null;
        AuditVerifier.Verified log = await AuditVerifier.VerifyAsync(file, wanted, cancellationToken);
        if (wanted is not null && !log.Holds)
            throw AuditLog.Broken(file, null, $"no line has the digest {wanted}: lines were cut off at the end, or the log was rewritten");
        session.Report.Summary =
            $"Verified {CountText.Count((int)log.Entries, "line")} of {file}{(log.Last is { } last ? $"; the last is {last}" : "")}";
        session.WriteResult(session.Report.Summary);
        session.WriteLine("Succeeded");
        return 0;
    }
}
