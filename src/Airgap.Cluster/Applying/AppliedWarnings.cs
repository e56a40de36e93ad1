using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Applying;

/// <summary>The warnings about an applied object.</summary>
internal static class AppliedWarnings
{
    /// <summary>Finds the warnings.</summary>
    /// <param name="result">The object.</param>
    /// <param name="document">Its manifest.</param>
    /// <param name="before">What the cluster had.</param>
    /// <param name="after">What it has now.</param>
    public static IEnumerable<Diagnostic> Of(
        AppliedObject result, ManifestDocument document, ClusterResponse before, ClusterResponse after)
    {
        foreach (Diagnostic warning in OfCluster(after, $"{document.Kind} {result.FullName}", document.Location))
            yield return warning;
        if (after.Object.Text("metadata", "deletionTimestamp") is not null)
            yield return new Diagnostic(
                ErrorCode.ObjectDeleting, $"{document.Kind} {result.FullName} was applied, but is being deleted.",
                "Wait until it is gone, then apply again.");
        if (document.Kind == ResourceKind.Secret.Kind && SecretContent.HasPlaceholder(document.Object))
            yield return new Diagnostic(
                ErrorCode.PlaceholderNotFilled, $"The Secret {result.FullName} holds {SecretContent.Placeholder} where credentials belong.",
                "Make it with credentials: dotnet airgap secret --for " +
                $"{HostsOf(document.Object)} --name {result.Name} -n {result.Namespace} --apply");
        if (ChangedOnTheWay(result, document, after.Object) is { } changed)
            yield return changed;
        if (document.Kind == ResourceKind.PackageRepository.Kind && before.IsSuccess
            && CachedMirrors.Expected(before.Object, after.Object) is { } cached)
            yield return cached;
    }

    /// <summary>What the cluster warns of in an answer, whether it takes the object or not.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="name">The object's kind and name.</param>
    /// <param name="location">Its manifest; null if there is none.</param>
    public static IEnumerable<Diagnostic> OfCluster(ClusterResponse response, string name, SourceLocation? location = null) =>
        response.Warnings.Select(warning => new Diagnostic(
            ErrorCode.ClusterWarning, $"{name}: the cluster warns: {warning.TrimEnd('.')}.",
            "Correct the manifest as the cluster says, before it becomes an error.")
        { Location = location });

    // A mutating webhook may point at another registry. The API changes no value of these kinds by itself.
    private static Diagnostic? ChangedOnTheWay(AppliedObject result, ManifestDocument document, JsonElement after)
    {
        if ((document.Kind != ResourceKind.PackageRepository.Kind && document.Kind != ResourceKind.PackageInstall.Kind)
            || document.Object.Find("spec") is not { } declared
            || after.Find("spec") is not { } spec || ObjectContent.FirstDifference(declared, spec, "spec") is not { } field)
            return null;
        string? image = ReconcileState.Of(after).Image;
        return new Diagnostic(
            ErrorCode.AppliedOtherwise,
            $"The cluster changes {field} of {document.Kind} {result.FullName}: it differs from the manifest" +
            $"{(image is null || image == ReconcileState.Of(document.Object).Image ? "" : $", and the image is {image}")}.",
            "Ask the cluster's administrators which mutating webhook does so: kubectl get mutatingwebhookconfigurations")
        {
            Location = document.Location,
            Reference = image
        };
    }

    private static string HostsOf(JsonElement secret) =>
        SecretContent.Hosts(secret) is [_, ..] hosts ? string.Join(" --for ", hosts) : "HOST";
}
