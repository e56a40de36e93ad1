using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Applying;

/// <summary>Secrets whose manifest has a placeholder where credentials belong.</summary>
internal static class PlaceholderSecrets
{
    /// <summary>Keeps a Secret unchanged, unless it is missing or a placeholder itself: then null.</summary>
    /// <param name="live">The response to a GET of it.</param>
    /// <param name="secret">The Secret.</param>
    public static AppliedObject? Keep(ClusterResponse live, AppliedObject secret) => live switch
    {
        { IsSuccess: true } when SecretContent.HasPlaceholder(live.Object) => null,
        { IsSuccess: true } => secret with
        {
            Outcome = ApplyOutcome.Kept,
            Warnings = [new Diagnostic(
                ErrorCode.PlaceholderNotApplied,
                $"The Secret {secret.FullName} has values in the cluster, and {SecretContent.Placeholder} in the manifest: it was left " +
                "as it is.", "Leave the Secret out of what is applied, or fill it in.")],
        },
        { Status: 404 } => null,
        _ => secret with
        {
            Outcome = ApplyOutcome.Kept,
            Warnings = [new Diagnostic(
                ErrorCode.PlaceholderNotApplied,
                $"The Secret {secret.FullName} has {SecretContent.Placeholder} in the manifest, and the cluster does not show whether " +
                "it has one with values: it was not applied.",
                $"If it is missing, make it with credentials: dotnet airgap secret --for HOST --name {secret.Name} -n " +
                $"{secret.Namespace} --apply")],
        },
    };
}
