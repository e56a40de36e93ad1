using System.CommandLine;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Diagnosing;
using Airgap.Cluster.Probing;
using Airgap.Oci;
using Airgap.Oci.Credentials;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Tool.Commands;

/// <summary><c>doctor</c>: explains why a cluster does not reconcile.</summary>
internal sealed class DoctorCommand
{
    private readonly Argument<string?> _name = new("NAME")
    {
        Description = "PackageRepository or PackageInstall (default: all)",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _trySecrets =
        Flag.Switch("--try-secrets",
            "Retry a mirror that refuses access with the cluster's own Secret, from here; the Secret is not shown");
    private readonly Option<bool> _leaks =
        Flag.Switch("--leaks", "Check that the mirror has every image of every Package, of its bundle and of nested bundles");
    private readonly Option<bool> _offline = Flag.Switch("--offline", "Contact only the cluster, no mirror");
    private readonly Option<string?> _controller =
        Flag.Text("--kapp-controller-namespace", "NAME", "Namespace of kapp-controller and its settings (default: searched for)");
    private readonly RegistryFlags _registry = new() { ReadsSources = false, IsProbing = true };
    private readonly ClusterFlags _cluster = new("Namespace to examine (default: all)");

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "doctor",
            "Examines kapp-controller in a cluster, and reports what does not reconcile, why, and which command fixes it. Also asks " +
            "the mirrors of failing objects. Changes nothing.",
            ("The whole cluster", "doctor"),
            ("One namespace, for a script", "doctor -n packages --json"),
            ("Check that the mirror has everything", "doctor --leaks"),
            ("One PackageRepository", "doctor -n packages simple-package-repository --try-secrets"));
        DoctorCommand flags = new();
        command.Arguments.Add(flags._name);
        command.Options.Add(flags._trySecrets);
        command.Options.Add(flags._leaks);
        command.Options.Add(flags._offline);
        command.Options.Add(flags._controller);
        flags._cluster.AddTo(command);
        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        bool isOffline = parsed.GetValue(_offline);
        if (isOffline && (parsed.GetValue(_trySecrets) || parsed.GetValue(_leaks)))
            throw new AirgapException(
                ErrorCode.InvalidArgument, "--offline excludes --try-secrets and --leaks, which contact mirrors.", "Omit --offline.");
        session.Phase = "examining";
        using ClusterClient client = _cluster.Connect(parsed, session.Trace);
        session.Report.Source = client.Server;
        string? name = parsed.GetValue(_name) is { Length: > 0 } given ? given : null;
        DoctorOptions options = new()
        {
            Namespace = _cluster.Namespace(parsed),
            Name = name,
            ControllerNamespace = parsed.GetText(_controller) is { } controller
            ? KubernetesName.RequireLabel(controller, "the namespace of kapp-controller") : null,
            Mirror = isOffline ? null
            : new MirrorProbe(_registry.Read(parsed, session.Trace),
                CredentialSources.CreateDefault(_registry.ReadCredentials(parsed, session.Trace))),
            TriesSecrets = parsed.GetValue(_trySecrets),
            FindsLeaks = parsed.GetValue(_leaks),
        };
        DoctorReport report = await new Doctor(client, options).ExamineAsync(cancellationToken);
        foreach (Examined each in report.Objects)
            session.WriteResult(
                $"{each.Kind} {each.Namespace}/{each.Name}: " +
                $"{each.State}{(each.Packages is { } count ? $", {CountText.Count(count, "Package")}" : "")}{(each.Images is { } images ? $", {CountText.Count(images, "image")} at the mirror" : "")}");
        session.Report.Objects = [
            .. report.Objects.Select(
                each => new ReportObject(each.Kind, each.Namespace, each.Name)
                {
                    State = each.State,
                    Packages = each.Packages,
                    Images = each.Images
                })];
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
        session.Report.Summary = faults == 0
            ? $"{CountText.Count(report.Objects.Count, "object")}, nothing wrong{(report.Findings.Count > 0 ? " that was seen" : "")}"
            : $"{CountText.Count(faults, "fault")} in {CountText.Count(report.Objects.Count, "object")}";
        session.WriteResult(session.Report.Summary);
        return faults == 0 ? 0 : 1;
    }
}
