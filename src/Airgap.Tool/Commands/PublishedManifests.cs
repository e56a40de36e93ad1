using Airgap.Cluster.Applying;
using Airgap.Cluster.Connecting;
using Airgap.Publishing;
using Airgap.Publishing.Declarations;
using Airgap.Tool.Running;

namespace Airgap.Tool.Commands;

/// <summary>Applies the manifests that <c>publish</c> wrote to the cluster that the project names.</summary>
internal static class PublishedManifests
{
    /// <summary>Applies them, and shows the result.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> ApplyAsync(
        PublishResult result, ApplySettings apply, PublishSettings settings, Session session, CancellationToken cancellationToken)
    {
        string[] files = [.. result.ManifestsOf(settings)];
        if (files.Length == 0)
        {
            session.Warn(ApplyTarget.Nothing);
            return 0;
        }

        string kubeconfig = string.Join(Path.PathSeparator, ApplyTarget.Files(settings, Environment.GetEnvironmentVariable));
        using ClusterClient client = new(
            KubeConfig.Read(
                null, apply.Context, name => name == "KUBECONFIG" ? kubeconfig : Environment.GetEnvironmentVariable(name)), session.Trace);
        (bool isDone, string summary) = await new ClusterRun(client, client.Namespace, session)
        {
            Wait = apply.Wait
        }.RunAsync(ManifestReader.Read(files, client.Namespace, isAsked: false), cancellationToken);
        session.Report.Summary = $"{session.Report.Summary}; {apply.Context}: {summary}";
        session.WriteResult($"{apply.Context}: {summary}");
        return isDone ? 0 : 1;
    }
}
