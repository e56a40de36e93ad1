namespace Airgap.Transfer.Kubernetes;

/// <summary>Documents for the whole cluster.</summary>
internal static class ClusterDocuments
{
    /// <summary>The namespace in which kapp-controller is installed by default.</summary>
    public const string ControllerNamespace = "kapp-controller";

    /// <summary>The namespace whose packages are visible in all others.</summary>
    public const string GlobalNamespace = "kapp-controller-packaging-global";

    /// <summary>A Namespace.</summary>
    public static KubernetesObject Namespace(string name) =>
        new("Namespace", null, name,
            new ManifestYaml().Document().Add(0, "apiVersion", "v1").Add(0, "kind", "Namespace").Key(0, "metadata")
            .Add(1, "name", name).ToString());

    /// <summary>The settings of kapp-controller with the certificates that it must trust.</summary>
    /// <param name="ns">The namespace of kapp-controller.</param>
    /// <param name="certificates">PEM.</param>
    public static KubernetesObject Trust(string ns, string certificates)
    {
        const string name = "kapp-controller-config";
        ManifestYaml yaml = new ManifestYaml().Document()
            .Comment(
                0, "kapp-controller trusts these from its next attempt on, without a restart. They replace caCerts that the " +
                "Secret already has.");
        yaml.Add(0, "apiVersion", "v1").Add(0, "kind", "Secret");
        PullSecretDocuments.AddMetadata(yaml, name, ns);
        return new KubernetesObject("Secret", ns, name, yaml.Key(0, "stringData").AddBlock(1, "caCerts", certificates).ToString());
    }
}
