using Airgap.Oci;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Transfer.Tests.Kubernetes;

[TestClass]
public sealed class PullSecretTests
{
    [TestMethod]
    public void SecretgenControllerGetsAPlaceholderAndItsExport() => Manifests.AreEqual(
        $$$"""
        ---
        apiVersion: packaging.carvel.dev/v1alpha1
        kind: PackageRepository
        metadata:
          name: simple-package-repository
          namespace: kapp-controller-packaging-global
        spec:
          fetch:
            imgpkgBundle:
              image: {{{Manifests.Repository}}}@{{{Manifests.Digest}}}
        ---
        apiVersion: v1
        kind: Secret
        metadata:
          name: mirror-pull
          namespace: registry-access
        type: kubernetes.io/dockerconfigjson
        stringData:
          .dockerconfigjson: '{"auths":{"final-registry.corp.com":{"username":"REPLACE_ME","password":"REPLACE_ME"}} }'
        ---
        apiVersion: secretgen.carvel.dev/v1alpha1
        kind: SecretExport
        metadata:
          name: mirror-pull
          namespace: registry-access
        spec:
          toNamespaces: ["kapp-controller-packaging-global"]
        """.Replace("}} }", "}}}"),
        Manifests.Create(new PackageRepositoryOptions
        {
            Name = "simple-package-repository",
            Namespace = "kapp-controller-packaging-global",
            SecretVariant = PullSecretVariant.SecretgenController,
            SecretName = "mirror-pull",
            SecretNamespace = "registry-access",
        }));

    [TestMethod]
    public void WithoutSecretgenControllerThePlaceholderIsInTheSameNamespace()
    {
        string yaml = Manifests.Create(new PackageRepositoryOptions
        {
            Namespace = "apps",
            SecretVariant = PullSecretVariant.SecretRefWithPlaceholder,
        }).Yaml;
        Assert.Contains("      secretRef:\n        name: simple-app-bundle-pull\n---\napiVersion: v1\nkind: Secret\n", yaml);
        Assert.Contains("metadata:\n  name: simple-app-bundle-pull\n  namespace: apps\ntype: kubernetes.io/dockerconfigjson\n", yaml);
        Assert.DoesNotContain("SecretExport", yaml);
    }

    [TestMethod]
    public void WithoutANamespaceNeitherHasOne()
    {
        string yaml = Manifests.Create(new PackageRepositoryOptions { SecretVariant = PullSecretVariant.SecretRefWithPlaceholder }).Yaml;
        Assert.Contains("kind: Secret\n", yaml);
        Assert.DoesNotContain("namespace:", yaml);
    }

    [TestMethod]
    public void ASecretThatIsThereIsOnlyNamed()
    {
        string yaml = Manifests.Create(new() { SecretVariant = PullSecretVariant.SecretRef, SecretName = "pull" }).Yaml;
        Assert.EndsWith("      secretRef:\n        name: pull\n", yaml);
    }

    [TestMethod]
    [DataRow("registry.local:5000/apps", "registry.local:5000")]
    [DataRow("docker.io/user1/apps", "index.docker.io")]
    [DataRow("[::1]:5000/apps", "[::1]:5000")]
    public void TheHostIsTheImagesLetterForLetter(string repository, string host)
    {
        string yaml = Manifests.Create(new() { SecretVariant = PullSecretVariant.SecretRefWithPlaceholder }, repository).Yaml;
        Assert.Contains($$"""'{"auths":{"{{host}}":{""", yaml);
        Assert.IsTrue(yaml.Contains($"image: {host}/") || yaml.Contains($"image: '{host}/"));
    }

    [TestMethod]
    public void TheSecretsNamespaceIsTheRepositorysUnlessToldOtherwise()
    {
        string yaml = Manifests.Create(new() { Namespace = "apps", SecretVariant = PullSecretVariant.SecretgenController }).Yaml;
        Assert.HasCount(4, yaml.Split("  namespace: apps\n"));
        Assert.EndsWith("  toNamespaces: [\"apps\"]\n", yaml);
    }

    [TestMethod]
    public void OptionsThatDoNotGoTogetherAreRefused()
    {
        PackageRepositoryOptions[] wrong =
        [
            new() { SecretName = "pull" },
            new() { SecretNamespace = "apps" },
            new() { SecretVariant = PullSecretVariant.SecretRef },
            new() { SecretVariant = PullSecretVariant.SecretRef, SecretName = "pull", Namespace = "apps", SecretNamespace = "other" },
            new() { SecretVariant = PullSecretVariant.SecretRefWithPlaceholder, SecretNamespace = "other" },
            new() { SecretVariant = PullSecretVariant.SecretgenController, SecretName = "pull", SecretNamespace = "other" },
        ];
        foreach (PackageRepositoryOptions options in wrong)
            Manifests.Fails(ErrorCode.InvalidPackageRepository, options);
    }
}
