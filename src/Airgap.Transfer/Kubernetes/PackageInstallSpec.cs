using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Kubernetes;

/// <summary>The PackageInstall of a PackageRepository, read once into values that the cluster accepts.</summary>
/// <param name="Name">Its name: the first part of the package's.</param>
/// <param name="Namespace">Its namespace; null for the one that the manifest is applied to.</param>
/// <param name="RefName">The package.</param>
/// <param name="Constraints">The accepted versions.</param>
/// <param name="ServiceAccount">The service account that installs it.</param>
/// <param name="Values">The values; null for none.</param>
internal sealed record PackageInstallSpec(
    string Name, string? Namespace, string RefName, string Constraints, string ServiceAccount, string? Values)
{
    private const string AnyRelease = ">=0.0.0";

    /// <summary>The Secret of the values.</summary>
    public string ValuesName => $"{Name}-values";

    /// <summary>Reads the options; null if no install is requested.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidKubernetesName"/>,
    /// <see cref="ErrorCode.InvalidPackageRepository"/>.</exception>
    public static PackageInstallSpec? Read(RepositoryName destination, string? repositoryNamespace, PackageRepositoryOptions options)
    {
        string? account = PackageRepositorySpec.OrNull(options.ServiceAccount);
        string? ns = PackageRepositorySpec.OrNull(options.InstallNamespace);
        if (PackageRepositorySpec.OrNull(options.Install) is not { } text)
        {
            return account is null && ns is null && options.Values is null
                ? null
                : throw PackageRepositorySpec.Invalid(
                    destination, "a service account, a namespace or values are given for a PackageInstall, but none is requested",
                    "Name the package to install, or omit them.");
        }

        int at = text.IndexOf('@', StringComparison.Ordinal);
        string refName = (at < 0 ? text : text[..at]).Trim();
        string constraints = at < 0 ? AnyRelease : text[(at + 1)..].Trim();
        if (!KubernetesName.IsSubdomain(refName) || refName.Count(c => c == '.') < 2)
            throw PackageRepositorySpec.Invalid(
                destination, $"'{refName}' is not the name of a package",
                "Write NAME@VERSIONS, such as simple-app.corp.com@>=1.0.0; a name has three DNS labels or more.");
        if (!SemverRange.IsValid(constraints))
            throw PackageRepositorySpec.Invalid(
                destination, $"'{constraints}' is not a range of versions",
                "Write NAME@VERSIONS with constraints such as '1.0.0', '>=1.0.0 <2.0.0' or '1.2.x', three numbers to a version.");
        if (account is null)
            throw PackageRepositorySpec.Invalid(
                destination, $"the PackageInstall of '{refName}' has no service account",
                "Name a service account that may create the package's objects.");
        return new PackageInstallSpec(
            refName.Split('.')[0],
            ns is null ? repositoryNamespace : KubernetesName.RequireLabel(ns, "the namespace of a PackageInstall"),
            refName,
            constraints,
            KubernetesName.RequireSubdomain(account, "the name of a service account"),
            options.Values);
    }
}
