namespace Airgap.Transfer.Kubernetes;

/// <summary>The documents of a PackageInstall: the Secret with its values, and the PackageInstall itself.</summary>
internal static class PackageInstallDocuments
{
    private const string ValuesFile = "values.yml";

    /// <summary>Makes them.</summary>
    /// <param name="install">The install.</param>
    /// <param name="secret">The pull secret. The repository's own Secret does not apply to its packages: without
    /// secretgen-controller, the install names one of its namespace.</param>
    public static IEnumerable<KubernetesObject> Of(PackageInstallSpec install, PullSecretSpec secret)
    {
        ManifestYaml yaml = new();
        if (install.Values is not null)
        {
            yaml.Document().Add(0, "apiVersion", "v1").Add(0, "kind", "Secret");
            PullSecretDocuments.AddMetadata(yaml, install.ValuesName, install.Namespace);
            yaml.Key(0, "stringData").AddBlock(1, ValuesFile, install.Values);
            yield return new KubernetesObject("Secret", install.Namespace, install.ValuesName, yaml.ToString());
            yaml = new ManifestYaml();
        }

        yaml.Document().Add(0, "apiVersion", PackageRepositoryOptions.CurrentApiVersion).Add(0, "kind", "PackageInstall");
        PullSecretDocuments.AddMetadata(yaml, install.Name, install.Namespace);
        if (secret.IsReferenced)
            yaml.Key(1, "annotations").Add(2, "ext.packaging.carvel.dev/fetch-0-secret-name", secret.Name!);
        yaml.Key(0, "spec").Add(1, "serviceAccountName", install.ServiceAccount)
            .Key(1, "packageRef").Add(2, "refName", install.RefName).Key(2, "versionSelection").Add(3, "constraints", install.Constraints);
        if (install.Values is not null)
            yaml.Key(1, "values").Line(1, "- secretRef:").Add(3, "name", install.ValuesName);
        yield return new KubernetesObject("PackageInstall", install.Namespace, install.Name, yaml.ToString());
    }
}
