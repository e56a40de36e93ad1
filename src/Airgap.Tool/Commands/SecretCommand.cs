using System.CommandLine;
using Airgap.Cluster.Applying;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Secrets;
using Airgap.Oci;
using Airgap.Oci.Auth;
using Airgap.Oci.Credentials;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;

namespace Airgap.Tool.Commands;

/// <summary><c>secret</c>: makes a cluster's pull secret from the credentials of this machine.</summary>
internal sealed class SecretCommand
{
    private readonly Option<string[]> _for =
        Flag.List("--for", "HOST", "Registry of the Secret, spelt exactly as in the image references");
    private readonly Option<string?> _name = Flag.Text("--name", "NAME", "The Secret's name");
    private readonly Option<bool> _apply = Flag.Switch("--apply", "Apply it to the cluster instead of writing it to standard output");
    private readonly ClusterFlags _cluster = new("The Secret's namespace (with --apply, default: the context's)");
    private readonly RegistryFlags _registry = new() { ReadsSources = false, IsProbing = true };

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "secret",
            "Makes the pull secret of a cluster from the credentials that a copy from this machine would use, to standard output or, " +
            "with --apply, directly to the cluster. The output contains the credentials.",
            ("Directly to the cluster", "secret --for final-registry.corp.com --name mirror-pull -n packages --apply"),
            ("To another program", "secret --for final-registry.corp.com --name mirror-pull -n packages | kubeseal -o yaml"));
        SecretCommand flags = new();
        command.Options.Add(flags._for);
        command.Options.Add(flags._name);
        command.Options.Add(flags._apply);
        flags._cluster.AddTo(command);
        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        string[] hosts = parsed.GetValue(_for) ?? [];
        if (hosts.Length == 0)
            throw new AirgapException(
                ErrorCode.InvalidArgument, "The registry of the Secret is not given.",
                "Give --for HOST, such as --for final-registry.corp.com.");
        string name = parsed.GetText(_name)
            ?? throw new AirgapException(
                ErrorCode.InvalidArgument, "The Secret has no name.", "Give --name NAME, such as --name mirror-pull.");
        ICredentialSource credentials = CredentialSources.CreateDefault(_registry.ReadCredentials(parsed, session.Trace));
        PullSecret secret = await PullSecret.MakeAsync(name, _cluster.Namespace(parsed), hosts, credentials, cancellationToken);
        if (!parsed.GetValue(_apply))
        {
            session.Report.Manifest = secret.ToYaml();
            if (!session.Options.Json)
                await session.Terminal.Out.WriteAsync(secret.ToYaml());
            return 0;
        }

        session.Phase = "applying";
        using ClusterClient client = _cluster.Connect(parsed, session.Trace);
        ApplyOutcome outcome = await secret.ApplyAsync(client, client.Namespace, cancellationToken);
        string ns = secret.Namespace ?? client.Namespace;
        session.Report.Destination = client.Server;
        session.Report.Objects = [new ReportObject("Secret", ns, name) { Outcome = ClusterRun.Words(outcome) }];
        session.Report.Summary = $"Secret {ns}/{name}: {ClusterRun.Words(outcome)}, with credentials for {string.Join(", ", hosts)}";
        session.WriteResult(session.Report.Summary);
        return 0;
    }
}
