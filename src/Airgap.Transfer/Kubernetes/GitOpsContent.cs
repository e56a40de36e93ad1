using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Kubernetes;

/// <summary>Determines whether Flux or Argo CD can use content of a form.</summary>
/// <remarks>
/// Source: Argo CD, user guide, "OCI", and util/oci/client.go (one layer, of a media type that the repo-server allows; unpacked where the
/// type ends in <c>tar</c> or <c>tar+gzip</c>); Flux, OCIRepository, "Layer selector" (the first layer, as gzip).
/// </remarks>
internal static class GitOpsContent
{
    private const string HelmLayer = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

    // What Argo CD takes without a setting.
    private static readonly string[] s_argoLayers = [MediaTypes.OciLayer, MediaTypes.OciLayerGzip, HelmLayer];

    /// <summary>The warning for content that the tool does not take, or not whole; null otherwise.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="content">The manifest that the tool's objects name.</param>
    /// <param name="destination">Its repository.</param>
    public static Diagnostic? FindProblem(GitOpsTool tool, Manifest content, RepositoryName destination)
    {
        (string Problem, string Advice)? found = tool == GitOpsTool.ArgoCD ? OfArgo(content) : OfFlux(content);
        return found is not { } known ? null : new Diagnostic(
            ErrorCode.ContentNotTaken, $"{destination}@{content.Digest} {known.Problem}.", known.Advice)
        { Reference = destination.ToString(), Digest = content.Digest.ToString() };
    }

    private static (string, string)? OfArgo(Manifest content)
    {
        const string Advice = "Publish the files as an OCI artifact of one layer of the type " + MediaTypes.OciLayerGzip +
            " (oras push REPOSITORY:TAG FOLDER), or take the content with Flux or kapp-controller.";
        if (content.IsIndex)
            return ("is an index of several manifests, and Argo CD takes one manifest with one layer", Advice);
        if (content.Layers is not [var layer])
            return ($"has {content.Layers.Length} layers, and Argo CD takes content of one layer alone", Advice);
        string type = layer.MediaType;
        if (s_argoLayers.Contains(type))
            return null;
        // Allowed is not unpacked: the type's ending decides that.
        return type.EndsWith("tar+gzip", StringComparison.Ordinal) || type.EndsWith("tar", StringComparison.Ordinal)
            ? ($"has a layer of the type {type}, which Argo CD accepts only if its repo-server is configured for it",
                "Add the type to those that the repo-server takes: reposerver.oci.layer.media.types of the ConfigMap " +
                $"argocd-cmd-params-cm (ARGOCD_REPO_SERVER_OCI_LAYER_MEDIA_TYPES): {string.Join(",", [.. s_argoLayers, type])}")
            : ($"has a layer of the type {type}, which Argo CD does not unpack, not even where its repo-server allows the type" +
                (type == MediaTypes.DockerLayerGzip ? "; every bundle of imgpkg's has it" : ""), Advice);
    }

    private static (string, string)? OfFlux(Manifest content)
    {
        // From an index, Flux chooses the manifest of its own platform.
        if (content.IsIndex)
            return null;
        return content.Layers switch
        {
            [] => ("has no layer, and Flux takes the files of the first one",
                "Publish the files as an artifact of one layer (flux push artifact, or dotnet airgap push)."),
            [var first, ..] when !first.MediaType.EndsWith("gzip", StringComparison.Ordinal) =>
                ($"has a first layer of the type {first.MediaType}, and Flux unpacks gzip alone",
                    "Publish the files as a layer of tar with gzip (flux push artifact, or dotnet airgap push)."),
            [_] => null,
            _ => ($"has {content.Layers.Length} layers, and Flux takes the files of the first one alone",
                "Publish the files that belong into the cluster as an artifact of one layer (flux push artifact, or dotnet airgap push)."),
        };
    }
}
