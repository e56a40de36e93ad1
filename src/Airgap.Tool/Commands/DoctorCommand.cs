using System.CommandLine;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Diagnosing;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;

namespace Airgap.Tool.Commands;

/// <summary><c>doctor</c>: why a cluster does not reconcile.</summary>
internal sealed class DoctorCommand
{
    private readonly Argument<string?> _name = new("NAME")
    {
        Description = "PackageRepository or PackageInstall (default: all)",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly ClusterFlags _cluster = new("Namespace to look at (default: all)");

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "doctor",
            "Looks at what kapp-controller does in a cluster, and tells what does not reconcile, why, and which command mends it. Changes nothing.",
            ("The whole cluster", "doctor"),
            ("One namespace, for a script", "doctor -n packages --json"),
            ("One PackageRepository", "doctor -n packages simple-package-repository"));
        DoctorCommand flags = new();
        command.Arguments.Add(flags._name);
        flags._cluster.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        session.Phase = "examining";
        using ClusterClient client = _cluster.Connect(parsed, session.Trace);
        session.Report.Source = client.Server;
        string? name = parsed.GetValue(_name) is { Length: > 0 } given ? given : null;
        DoctorReport report = await new Doctor(client, _cluster.Namespace(parsed), name).ExamineAsync(cancellationToken).ConfigureAwait(false);
        foreach (Examined each in report.Objects)
            session.WriteResult($"{each.Kind} {each.Namespace}/{each.Name}: {each.State}{(each.Packages is { } count ? $", {Amounts.Count(count, "Package")}" : "")}");
        session.Report.Objects = [.. report.Objects.Select(each => new ReportObject(each.Kind, each.Namespace, each.Name) { State = each.State, Packages = each.Packages })];
        session.Report.Findings = [.. report.Findings.Select(ReportFinding.Of)];
        foreach (Finding finding in report.Findings)
        {
            if (finding.IsWarning)
                session.Warn(finding.Diagnostic);
            else
                session.Fail(finding.Diagnostic);
            foreach (string evidence in session.Options.Json ? [] : finding.Evidence)
                session.WriteError($"  Seen: {evidence}");
        }

        int faults = report.Findings.Count(finding => !finding.IsWarning);
        session.Report.Summary = faults == 0 ? $"{Amounts.Count(report.Objects.Count, "object")}, nothing wrong{(report.Findings.Count > 0 ? " that was seen" : "")}" : $"{Amounts.Count(faults, "fault")} in {Amounts.Count(report.Objects.Count, "object")}";
        session.WriteResult(session.Report.Summary);
        return faults == 0 ? 0 : 1;
    }
}
