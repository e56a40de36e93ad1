using System.CommandLine;
using Airgap.Cluster.Connecting;

namespace Airgap.Tool.CommandLine;

/// <summary>The flags that select a cluster, named as kubectl names them.</summary>
internal sealed class ClusterFlags
{
    private readonly Option<string?> _kubeconfig =
        Flag.Text("--kubeconfig", "FILE", "Kubeconfig file (default: $KUBECONFIG, ~/.kube/config, or the pod's own account)");
    private readonly Option<string?> _context = Flag.Text("--context", "NAME", "Context of the kubeconfig (default: the current one)");
    private readonly Option<string?> _namespace;

    /// <summary>Makes the flags.</summary>
    /// <param name="namespaceHelp">What the namespace is for.</param>
    public ClusterFlags(string namespaceHelp) => _namespace = Flag.Text("--namespace", "NAME", namespaceHelp, "-n");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_kubeconfig);
        command.Options.Add(_context);
        command.Options.Add(_namespace);
    }

    /// <summary>The namespace given on the command line; null for none.</summary>
    public string? Namespace(ParseResult parsed) => parsed.GetText(_namespace);

    /// <summary>A client for the cluster. It sends nothing yet, but may start an exec plugin.</summary>
    public ClusterClient Connect(ParseResult parsed, Action<string>? trace) =>
        new(KubeConfig.Read(parsed.GetText(_kubeconfig), parsed.GetText(_context)), trace);
}
