using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Applying;

/// <summary>An object that the cluster does not take, and whether that is a failure.</summary>
internal static class RefusedObject
{
    /// <summary>The outcome of a refusal.</summary>
    /// <param name="result">The object.</param>
    /// <param name="document">Its manifest.</param>
    /// <param name="response">The refusal.</param>
    /// <param name="isDry">True for a dry run.</param>
    /// <param name="spaces">The namespaces among the manifests.</param>
    public static AppliedObject Of(
        AppliedObject result, ManifestDocument document, ClusterResponse response, bool isDry, IReadOnlySet<string> spaces)
    {
        AirgapException failure = ClusterRefusal.Of(
            response, $"{document.Kind} {result.FullName}", "applied",
            "Leave the fields out of the manifest, or take them over: kubectl apply --server-side --force-conflicts " +
            $"--field-manager={Applier.FieldManager} -f {document.Location.File}");
        // The Secret was filled between the check and the request: the conflict shows it.
        if (failure.Code == ErrorCode.FieldConflict && document.Kind == ResourceKind.Secret.Kind
            && SecretContent.HasPlaceholder(document.Object))
            return PlaceholderSecrets.Keep(new ClusterResponse(200, JsonElement.Parse("{}"), ""), result)!;
        if (isDry && ClusterRefusal.IsNoDryRun(response))
        {
            return result with
            {
                Outcome = ApplyOutcome.NotTried,
                Warnings = [new Diagnostic(
                    ErrorCode.NotExamined, $"{document.Kind} {result.FullName} was not tried: a webhook of the cluster excludes dry runs.",
                    "Apply it to find out whether the cluster takes it. The webhook's administrators can declare that it has no side " +
                    "effects.")],
            };
        }

        // The details of any other refusal name the refused object itself, which may be a namespace.
        if (isDry && response.Status == 404 && response.Object.Text("details", "kind") == "namespaces"
            && response.Object.Text("details", "name") is { } missing && spaces.Contains(missing))
        {
            return result with
            {
                Outcome = ApplyOutcome.NotTried,
                Warnings = [new Diagnostic(
                    ErrorCode.NotExamined, $"{document.Kind} {result.FullName} was not tried: a dry run does not make its namespace.",
                    $"Make the namespace first, then try the rest: kubectl create namespace {missing}")],
            };
        }

        // Often only administrators may create namespaces, and the namespace exists.
        if (document.Kind == "Namespace" && failure.Code == ErrorCode.ClusterForbidden)
        {
            return result with
            {
                Outcome = ApplyOutcome.Kept,
                Warnings = [new Diagnostic(
                    ErrorCode.ClusterForbidden, failure.Message,
                    "If it exists, the rest continues without it; its labels and annotations stay as they are.")],
            };
        }

        return result with { Failure = failure.ToDiagnostic() with { Location = document.Location } };
    }
}
