using System.Text;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Tests.Kubernetes;

/// <summary>
/// The objects written with a PackageRepository: namespaces, exports, installs, trust; and errors reported before a cluster finds them.
/// </summary>
[TestClass]
public sealed class ManifestExtrasTests
{
    private static readonly PackageRepositoryOptions s_secretgen = new()
    {
        Namespace = "packages",
        SecretVariant = PullSecretVariant.SecretgenController,
        SecretName = "pull"
    };

    [TestMethod]
    public void NamespacesComeFirst()
    {
        string yaml = Manifests.Create(
            s_secretgen with
            {
                SecretNamespace = "registry-access",
                CreateNamespace = true,
                Install = "simple-app.corp.com@1.0.0",
                InstallNamespace = "apps",
                ServiceAccount = "installer"
            }).Yaml;
        CollectionAssert.AreEqual(
            new[] { "Namespace packages", "Namespace registry-access", "Namespace apps", "PackageRepository simple-app-bundle",
                "Secret pull", "SecretExport pull", "PackageInstall simple-app" },
            Documents(yaml).Select(document =>
                $"{YamlLookup.Text(document, "kind")} {YamlLookup.Text(document, "metadata", "name")}").ToArray());
        Manifests.Fails(ErrorCode.InvalidPackageRepository, new() { CreateNamespace = true });
    }

    [TestMethod]
    [DataRow(null, "[\"packages\"]")]
    [DataRow("team-a; team-b,packages", "[\"packages\", \"team-a\", \"team-b\"]")]
    [DataRow("team-a *", "[\"*\"]")]
    public void AnExportReachesTheNamespacesThatAreNamed(string? namespaces, string expected) =>
        Assert.EndsWith($"spec:\n  toNamespaces: {expected}\n", Manifests.Create(s_secretgen with { ToNamespaces = namespaces }).Yaml);

    [TestMethod]
    public void AnExportReachesTheInstall_AndOneToTheGlobalNamespaceAloneIsWarnedOf()
    {
        Assert.Contains("toNamespaces: [\"packages\", \"apps\"]",
            Manifests.Create(s_secretgen with
            {
                Install = "simple-app.corp.com",
                InstallNamespace = "apps",
                ServiceAccount = "installer"
            }).Yaml);
        PackageRepositoryOptions global = s_secretgen with { Namespace = "kapp-controller-packaging-global" };
        Assert.AreEqual(ErrorCode.ExportMissesInstalls, Manifests.Create(global).Warnings.Single().Code);
        Assert.IsEmpty(Manifests.Create(global with { ToNamespaces = "*" }).Warnings);
        Manifests.Fails(ErrorCode.InvalidPackageRepository, new() { ToNamespaces = "a" });
        Manifests.Fails(ErrorCode.InvalidKubernetesName, s_secretgen with { ToNamespaces = "a.b" });
    }

    [TestMethod]
    public void AnInstallNamesItsSecretAndItsValues()
    {
        string yaml = Manifests.Create(new PackageRepositoryOptions
        {
            Namespace = "apps",
            SecretVariant = PullSecretVariant.SecretRef,
            SecretName = "pull",
            Install = "simple-app.corp.com@>=1.0.0 <2.0.0",
            ServiceAccount = "installer",
            Values = " # first\nreplicas: 2\n\ntext: a\n",
        }).Yaml;
        Assert.EndsWith(
            """
            ---
            apiVersion: v1
            kind: Secret
            metadata:
              name: simple-app-values
              namespace: apps
            stringData:
              values.yml: |2
                 # first
                replicas: 2

                text: a
            ---
            apiVersion: packaging.carvel.dev/v1alpha1
            kind: PackageInstall
            metadata:
              name: simple-app
              namespace: apps
              annotations:
                ext.packaging.carvel.dev/fetch-0-secret-name: pull
            spec:
              serviceAccountName: installer
              packageRef:
                refName: simple-app.corp.com
                versionSelection:
                  constraints: '>=1.0.0 <2.0.0'
              values:
              - secretRef:
                  name: simple-app-values

            """.ReplaceLineEndings("\n"),
            yaml);
        Assert.AreEqual(" # first\nreplicas: 2\n\ntext: a\n", YamlLookup.Text(Documents(yaml)[1], "stringData", "values.yml"));
        Assert.DoesNotContain("annotations",
            Manifests.Create(s_secretgen with { Install = "simple-app.corp.com", ServiceAccount = "installer" }).Yaml);
    }

    [TestMethod]
    [DataRow("simple-app", "installer")]
    [DataRow("simple-app.corp.com@1.0", "installer")]
    [DataRow("simple-app.corp.com@>=v1.0.0", "installer")]
    [DataRow("simple-app.corp.com", null)]
    [DataRow(null, "installer")]
    public void AnInstallThatCannotBeIsRefused(string? install, string? account) =>
        Manifests.Fails(ErrorCode.InvalidPackageRepository, new() { Install = install, ServiceAccount = account });

    [TestMethod]
    public void ThePlaceholderStandsWhereTheInstallNeedsIt()
    {
        string yaml = Manifests.Create(
            new()
            {
                Namespace = "packages",
                SecretVariant = PullSecretVariant.SecretRefWithPlaceholder,
                Install = "simple-app.corp.com",
                InstallNamespace = "apps",
                ServiceAccount = "installer"
            }).Yaml;
        CollectionAssert.AreEqual(
            new[] { "packages", "apps" },
            Documents(yaml).Where(document => YamlLookup.Text(document, "kind") == "Secret")
            .Select(document => YamlLookup.Text(document, "metadata", "namespace")).ToArray());
    }

    [TestMethod]
    public void TrustIsWrittenOnRequest()
    {
        const string pem = "-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n";
        YamlNode secret = Documents(Manifests.Create(new() { ControllerConfig = "true", CaCertificates = pem }).Yaml)[^1];
        Assert.AreEqual("kapp-controller-config", YamlLookup.Text(secret, "metadata", "name"));
        Assert.AreEqual("kapp-controller", YamlLookup.Text(secret, "metadata", "namespace"));
        Assert.AreEqual(pem, YamlLookup.Text(secret, "stringData", "caCerts"));
        Assert.AreEqual("carvel",
            YamlLookup.Text(Documents(Manifests.Create(new() { ControllerConfig = "carvel", CaCertificates = pem }).Yaml)[^1],
                "metadata", "namespace"));
        Manifests.Fails(ErrorCode.InvalidPackageRepository, new() { ControllerConfig = "true" });
    }

    [TestMethod]
    [DataRow("a\n")]
    [DataRow("a")]
    [DataRow("a\n\n\n")]
    [DataRow("\n\na\n")]
    [DataRow("  a\n b\n")]
    [DataRow("\n")]
    [DataRow("")]
    [DataRow("tab\there: \"x\" # y\n")]
    [DataRow("smile \U0001F600 \u0001\n")]
    public void ABlockReadsBack(string text) =>
        Assert.AreEqual(
            text,
            ((YamlScalar)YamlLookup.Find(
                Documents(new Transfer.Kubernetes.ManifestYaml().Key(0, "a").AddBlock(1, "b", text).Add(0, "c", "d").ToString())[0], "a",
                "b")!).Text);

    [TestMethod]
    [DataRow(">=1.0.0", null, "v1.0.0", false)]
    [DataRow(">=2.0.0", null, "v1.0.0", true)]
    [DataRow("1.x", null, "1.5.0-rc.1", true)]
    [DataRow("1.x", "rc", "1.5.0-rc.1", false)]
    [DataRow("1.x", "*", "1.5.0-beta", false)]
    [DataRow("1.x", null, "latest", true)]
    [DataRow("1.x", null, null, true)]
    public void ATagThatTheSelectionDoesNotTakeIsWarnedOf(string constraints, string? prereleases, string? tag, bool expected) =>
        Assert.AreEqual(expected,
            Manifests.Create(new() { TagSelection = constraints, Prereleases = prereleases }, tag: tag).Warnings
            .Any(warning => warning.Code == ErrorCode.TagNotSelected));

    [TestMethod]
    public void APlainImageIsWarnedOf() =>
        Assert.AreEqual(ErrorCode.PlainImageRepository, Manifests.Create(new() { IsPlainImage = true }).Warnings.Single().Code);

    [TestMethod]
    public void AnotherMirrorOfTheSameDigestIsNamedByATagThatTheClusterHasToAskFor()
    {
        using TempFolder folder = new();
        RepositoryName moved = RepositoryName.Parse("new-mirror.corp.com/apps/simple-app-bundle");
        List<Diagnostic> warnings = [];
        PackageRepositoryOptions options = new();
        Assert.IsNull(EarlierManifest.Find(folder["a.yml"], "simple-app-bundle"));

        File.WriteAllText(folder["a.yml"], Manifests.Create(options).Yaml);
        Assert.AreSame(options, Follow(Manifests.Repository), "The same mirror.");
        PackageRepositoryOptions followed = Follow(moved.ToString());
        Assert.AreEqual(ErrorCode.MirrorChanged, warnings.Single().Code);
        string yaml = Manifests.Create(followed, moved.ToString()).Yaml;
        Assert.Contains($"      image: {moved}:sha256-{Manifests.Digest.Hex}.imgpkg\n", yaml);
        Assert.Contains("# By content tag.", yaml);

        // The tag stays: with the digest, the cluster would use what it has cached from the first mirror.
        warnings.Clear();
        File.WriteAllText(folder["a.yml"], yaml);
        Assert.AreEqual(ReferencePinning.ContentTag, Follow(moved.ToString()).Pinning);
        Assert.IsEmpty(warnings);
        Assert.AreSame(options, EarlierManifest.Find(folder["a.yml"], "simple-app-bundle")!
            .Follow(options, moved, Digest.Compute([]), warnings.Add), "Another digest is fetched anyway.");

        PackageRepositoryOptions Follow(string repository) =>
            EarlierManifest.Find(folder["a.yml"], "simple-app-bundle")!
                .Follow(options, RepositoryName.Parse(repository), Manifests.Digest, warnings.Add);
    }

    private static IReadOnlyList<YamlNode> Documents(string yaml) =>
        YamlReader.ReadDocuments(Encoding.UTF8.GetBytes(yaml), new YamlContext("a.yml", ErrorCode.InvalidPackage, ""));
}
