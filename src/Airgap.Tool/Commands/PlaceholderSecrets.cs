using Airgap.Oci;
using Airgap.Tool.Running;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Tool.Commands;

/// <summary>
/// Omits Secrets with placeholders from manifests that are applied again with each update: applied over a Secret with credentials, a
/// placeholder would replace the credentials.
/// </summary>
internal static class PlaceholderSecrets
{
    /// <summary>The manifest without these Secrets. A warning for each names the command that makes it.</summary>
    public static PackageRepositoryManifest LeaveOut(PackageRepositoryManifest manifest, Session session)
    {
        foreach (PullSecretObject secret in manifest.Objects.OfType<PullSecretObject>())
        {
            string ns = secret.Namespace is null ? "" : $" -n {secret.Namespace}";
            session.Warn(new Diagnostic(
                ErrorCode.SecretLeftOut,
                $"The Secret '{secret.Name}' was left out: applied with each update, its placeholders would replace the credentials.",
                $"Make it once: dotnet airgap secret --for {string.Join(" --for ", secret.Registries)} --name {secret.Name}{ns} --apply"));
        }

        KubernetesObject[] others = [.. manifest.Objects.Where(part => part is not PullSecretObject)];
        return others.Length == manifest.Objects.Length
            ? manifest : manifest with { Objects = [.. others], Yaml = string.Concat(others.Select(part => part.Yaml)) };
    }
}
