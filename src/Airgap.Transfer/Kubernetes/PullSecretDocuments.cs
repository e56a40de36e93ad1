namespace Airgap.Transfer.Kubernetes;

/// <summary>The documents beside a PackageRepository that carry its pull secret, with placeholders for the credentials.</summary>
internal static class PullSecretDocuments
{
    private const string Placeholder = "REPLACE_ME";

    /// <summary>A Secret of the kind that kubelet and kapp-controller read.</summary>
    /// <param name="yaml">What it is added to.</param>
    /// <param name="name">Its name.</param>
    /// <param name="ns">Its namespace; null for none.</param>
    /// <param name="registry">The image's host, letter for letter: the cluster compares the texts.</param>
    public static void AddSecret(YamlText yaml, string name, string? ns, string registry)
    {
        yaml.Document().Add(0, "apiVersion", "v1").Add(0, "kind", "Secret");
        AddMetadata(yaml, name, ns);
        yaml.Add(0, "type", "kubernetes.io/dockerconfigjson");
        yaml.Key(0, "stringData");
        string entry = $$"""{"username":"{{Placeholder}}","password":"{{Placeholder}}"}""";
        yaml.Add(1, ".dockerconfigjson", $$"""{"auths":{"{{registry}}":""" + entry + "}}");
    }

    /// <summary>Lets secretgen-controller hand the Secret of the same name out to a namespace.</summary>
    public static void AddExport(YamlText yaml, string name, string ns, string toNamespace)
    {
        yaml.Document().Add(0, "apiVersion", "secretgen.carvel.dev/v1alpha1").Add(0, "kind", "SecretExport");
        AddMetadata(yaml, name, ns);
        yaml.Key(0, "spec").AddList(1, "toNamespaces", [toNamespace]);
    }

    internal static void AddMetadata(YamlText yaml, string name, string? ns)
    {
        yaml.Key(0, "metadata").Add(1, "name", name);
        if (ns is not null)
            yaml.Add(1, "namespace", ns);
    }
}
