using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Kubernetes;

/// <summary>The pull secret of a manifest, read once into names that the cluster accepts.</summary>
/// <param name="Name">The Secret's name; null for none.</param>
/// <param name="Namespace">The Secret's namespace; null for the one that the manifest is applied to.</param>
/// <param name="IsReferenced">True when the PackageRepository names the Secret.</param>
/// <param name="IsWritten">True when a placeholder Secret is written.</param>
/// <param name="ExportedTo">The namespaces to which a SecretExport exports it, <c>*</c> for all; empty for no
/// SecretExport.</param>
internal sealed record PullSecretSpec(string? Name, string? Namespace, bool IsReferenced, bool IsWritten, string[] ExportedTo)
{
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidKubernetesName"/>,
    /// <see cref="ErrorCode.InvalidPackageRepository"/>.</exception>
    public static PullSecretSpec Read(
        RepositoryName destination, PackageRepositorySpec repository, PackageInstallSpec? install, PackageRepositoryOptions options)
    {
        string? name = PackageRepositorySpec.OrNull(options.SecretName);
        string? ns = PackageRepositorySpec.OrNull(options.SecretNamespace);
        PullSecretVariant variant = options.SecretVariant;
        string[] more = ReadNamespaces(destination, PackageRepositorySpec.OrNull(options.ToNamespaces), variant);
        if (variant == PullSecretVariant.None)
        {
            return name is null && ns is null
                ? new PullSecretSpec(null, null, false, false, [])
                : throw PackageRepositorySpec.Invalid(
                    destination,
                    "a Secret is named, but none is requested",
                    "Choose a variant of pull secret, or omit the Secret's name and namespace.");
        }

        if (variant == PullSecretVariant.SecretRef && name is null)
            throw PackageRepositorySpec.Invalid(destination, "the existing Secret is not named", "Give its name.");
        name = KubernetesName.RequireSubdomain(name ?? repository.Name + "-pull", "the name of a Secret");
        if (ns is not null)
            KubernetesName.RequireLabel(ns, "the namespace of a Secret");
        if (variant == PullSecretVariant.SecretgenController)
        {
            string to = repository.Namespace
                ?? throw PackageRepositorySpec.Invalid(
                    destination,
                    "secretgen-controller needs the namespace to export the Secret to",
                    "Give the PackageRepository's namespace.");
            string[] all = [.. new[] { to, install?.Namespace }.OfType<string>().Concat(more).Distinct(StringComparer.Ordinal)];
            return new PullSecretSpec(name, ns ?? to, IsReferenced: false, IsWritten: true, ExportedTo: more.Contains("*") ? ["*"] : all);
        }

        // A secretRef has no namespace: the Secret must be in the object's.
        if (ns is not null && ns != repository.Namespace)
        {
            throw PackageRepositorySpec.Invalid(
                destination,
                $"the Secret is in the namespace '{ns}', not in that of the PackageRepository",
                "Omit the Secret's namespace, or use secretgen-controller.");
        }

        bool isWritten = variant == PullSecretVariant.SecretRefWithPlaceholder;
        return new PullSecretSpec(name, repository.Namespace, IsReferenced: true, isWritten, ExportedTo: []);
    }

    private static string[] ReadNamespaces(RepositoryName destination, string? text, PullSecretVariant variant)
    {
        if (text is null)
            return [];
        if (variant != PullSecretVariant.SecretgenController)
            throw PackageRepositorySpec.Invalid(
                destination, "namespaces are named for a Secret that is not exported",
                "Use the variant for secretgen-controller, or omit the namespaces.");
        return [.. text.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries)
            .Select(name => name == "*" ? name : KubernetesName.RequireLabel(name, "a namespace to export a Secret to"))];
    }
}
