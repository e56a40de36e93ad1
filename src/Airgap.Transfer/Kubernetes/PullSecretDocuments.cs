namespace Airgap.Transfer.Kubernetes;

/// <summary>The documents for a PackageRepository's pull secret, with placeholders for the credentials.</summary>
internal static class PullSecretDocuments
{
    private const string Placeholder = "REPLACE_ME";

    /// <summary>A Secret of the kind that kubelet and kapp-controller read.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="ns">Its namespace; null for none.</param>
    /// <param name="registries">The hosts of the images, spelled exactly as in the references, because the cluster compares them as
    /// text.</param>
    public static string Secret(string name, string? ns, IEnumerable<string> registries)
    {
        ManifestYaml yaml = new();
        yaml.Document().Add(0, "apiVersion", "v1").Add(0, "kind", "Secret");
        AddMetadata(yaml, name, ns);
        yaml.Add(0, "type", "kubernetes.io/dockerconfigjson");
        yaml.Key(0, "stringData");
        IEnumerable<string> entries = registries.Select(registry => $$"""
            "{{registry}}":{"username":"{{Placeholder}}","password":"{{Placeholder}}"}
            """);
        return yaml.Add(1, ".dockerconfigjson", "{\"auths\":{" + string.Join(',', entries) + "}}").ToString();
    }

    /// <summary>Lets secretgen-controller export the Secret of the same name to namespaces.</summary>
    public static string Export(string name, string ns, IEnumerable<string> toNamespaces)
    {
        ManifestYaml yaml = new();
        yaml.Document().Add(0, "apiVersion", "secretgen.carvel.dev/v1alpha1").Add(0, "kind", "SecretExport");
        AddMetadata(yaml, name, ns);
        return yaml.Key(0, "spec").AddList(1, "toNamespaces", toNamespaces).ToString();
    }

    internal static void AddMetadata(ManifestYaml yaml, string name, string? ns)
    {
        yaml.Key(0, "metadata").Add(1, "name", name);
        if (ns is not null)
            yaml.Add(1, "namespace", ns);
    }
}
