using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Kubernetes;

/// <summary>Determines whether Flux or Argo CD can use content with a given manifest.</summary>
/// <remarks>
/// Source: Argo CD, user guide, "OCI", and util/oci/client.go (one layer, of a media type that the repo-server allows; unpacked where the
/// type ends in <c>tar</c> or <c>tar+gzip</c>); Flux, OCIRepository, "Layer selector" (the first layer, as gzip).
/// </remarks>
internal static class GitOpsContent
{
    private const string HelmLayer = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

    // The layer types that Argo CD accepts by default.
    private static readonly string[] s_argoLayers = [MediaTypes.OciLayer, MediaTypes.OciLayerGzip, HelmLayer];

    /// <summary>The warning for content that the tool does not use, or of which it uses only a part; null otherwise.</summary>
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
            return ("is an index of several manifests, but Argo CD accepts only one manifest with one layer", Advice);
        if (content.Layers is not [var layer])
            return ($"has {content.Layers.Length} layers, but Argo CD accepts only content with one layer", Advice);
        string type = layer.MediaType;
        if (s_argoLayers.Contains(type))
            return null;
        // A type that Argo CD is configured to accept is unpacked only if it ends in "tar" or "tar+gzip".
        return type.EndsWith("tar+gzip", StringComparison.Ordinal) || type.EndsWith("tar", StringComparison.Ordinal)
            ? ($"has a layer of the type {type}, which Argo CD accepts only if its repo-server is configured for it",
                "Add the type to those that the repo-server accepts: reposerver.oci.layer.media.types of the ConfigMap " +
                $"argocd-cmd-params-cm (ARGOCD_REPO_SERVER_OCI_LAYER_MEDIA_TYPES): {string.Join(",", [.. s_argoLayers, type])}")
            : ($"has a layer of the type {type}, which Argo CD does not unpack even if its repo-server allows the type" +
                (type == MediaTypes.DockerLayerGzip ? "; every imgpkg bundle has this type" : ""), Advice);
    }

    private static (string, string)? OfFlux(Manifest content)
    {
        // From an index, Flux chooses the manifest of its own platform.
        if (content.IsIndex)
            return null;
        return content.Layers switch
        {
            [] => ("has no layer, but Flux uses the files of the first one",
                "Publish the files as an artifact of one layer (flux push artifact, or dotnet airgap push)."),
            [var first, ..] when !first.MediaType.EndsWith("gzip", StringComparison.Ordinal) =>
                ($"has a first layer of the type {first.MediaType}, but Flux unpacks only gzip",
                    "Publish the files as a layer of tar with gzip (flux push artifact, or dotnet airgap push)."),
            [_] => null,
            _ => ($"has {content.Layers.Length} layers, but Flux uses only the files of the first one",
                "Publish the files that belong into the cluster as an artifact of one layer (flux push artifact, or dotnet airgap push)."),
        };
    }
}
