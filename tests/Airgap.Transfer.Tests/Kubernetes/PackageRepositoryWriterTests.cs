using Airgap.Oci;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Transfer.Tests.Kubernetes;

[TestClass]
public sealed class PackageRepositoryWriterTests
{
    [TestMethod]
    public void ByDefaultTheImageIsPinnedByDigestAndTheNameIsTheBundles()
    {
        PackageRepositoryManifest manifest = Manifests.Create(new PackageRepositoryOptions());
        Assert.AreEqual("simple-app-bundle", manifest.Name);
        Assert.IsEmpty(manifest.Warnings);
        Manifests.AreEqual(
            $"""
            ---
            apiVersion: packaging.carvel.dev/v1alpha1
            kind: PackageRepository
            metadata:
              name: simple-app-bundle
            spec:
              fetch:
                imgpkgBundle:
                  image: {Manifests.Repository}@{Manifests.Digest}
            """,
            manifest);
    }

    [TestMethod]
    public void CarvelsAirGappedPageIsMetToTheByteWithItsWarnings()
    {
        PackageRepositoryManifest manifest = Manifests.Create(new PackageRepositoryOptions
        {
            Name = "simple-package-repository",
            ApiVersion = "install.package.carvel.dev/v1alpha1",
            Pinning = ReferencePinning.None,
        });
        Manifests.AreEqual(
            """
            ---
            apiVersion: install.package.carvel.dev/v1alpha1
            kind: PackageRepository
            metadata:
              name: simple-package-repository
            spec:
              fetch:
                imgpkgBundle:
                  image: final-registry.corp.com/apps/simple-app-bundle
            """,
            manifest);
        CollectionAssert.AreEqual(
            new[] { ErrorCode.OldApiGroup, ErrorCode.UnpinnedReference },
            manifest.Warnings.Select(warning => warning.Code).ToArray());
        Assert.Contains("before 0.19", manifest.Warnings[0].Message);
        Assert.Contains("whole cluster", manifest.Warnings[0].Message);
        Assert.Contains("'latest'", manifest.Warnings[1].Message);
    }

    [TestMethod]
    public void AllOptionsTogether_AreWritten()
    {
        PackageRepositoryManifest manifest = Manifests.Create(new PackageRepositoryOptions
        {
            Name = "apps",
            Namespace = "kapp-controller-packaging-global",
            SyncPeriod = "1h30m",
            TagSelection = ">=1.0.0 <2.0.0 || 3.1.x",
            Prereleases = "beta, rc",
            SecretVariant = PullSecretVariant.SecretRef,
            SecretName = "mirror-pull",
        });
        Assert.IsEmpty(manifest.Warnings);
        Manifests.AreEqual(
            """
            ---
            apiVersion: packaging.carvel.dev/v1alpha1
            kind: PackageRepository
            metadata:
              name: apps
              namespace: kapp-controller-packaging-global
            spec:
              syncPeriod: 1h30m
              fetch:
                imgpkgBundle:
                  image: final-registry.corp.com/apps/simple-app-bundle
                  tagSelection:
                    semver:
                      constraints: '>=1.0.0 <2.0.0 || 3.1.x'
                      prereleases:
                        identifiers: ["beta", "rc"]
                  secretRef:
                    name: mirror-pull
            """,
            manifest);
    }

    [TestMethod]
    public void ATagIsTakenOnRequest()
    {
        PackageRepositoryManifest manifest = Manifests.Create(new PackageRepositoryOptions { Pinning = ReferencePinning.Tag });
        Assert.Contains("      image: final-registry.corp.com/apps/simple-app-bundle:v1.0.0\n", manifest.Yaml);
        Assert.IsEmpty(manifest.Warnings);
    }

    [TestMethod]
    public void APlainImageIsFetchedByItsUrl()
    {
        PackageRepositoryManifest manifest = Manifests.Create(new PackageRepositoryOptions { IsPlainImage = true });
        Assert.EndsWith($"  fetch:\n    image:\n      url: {Manifests.Repository}@{Manifests.Digest}\n", manifest.Yaml);
    }

    [TestMethod]
    public void AllPrereleasesAreAnEmptyMapping()
    {
        PackageRepositoryManifest manifest = Manifests.Create(new PackageRepositoryOptions { TagSelection = "1.x", Prereleases = "*" });
        Assert.EndsWith("          constraints: '1.x'\n          prereleases: {}\n", manifest.Yaml);
    }

    [TestMethod]
    public void EmptyTextsMeanNotGiven()
    {
        PackageRepositoryOptions empty = new()
        {
            Name = "",
            Namespace = " ",
            ApiVersion = "",
            TagSelection = "",
            Prereleases = "",
            SyncPeriod = "",
            SecretName = "",
            SecretNamespace = "",
        };
        Assert.AreEqual(Manifests.Create(new PackageRepositoryOptions()).Yaml, Manifests.Create(empty).Yaml);
    }

    [TestMethod]
    [DataRow("Apps")]
    [DataRow("apps_1")]
    [DataRow("-apps")]
    [DataRow("apps.")]
    [DataRow("a..b")]
    [DataRow("ap ps")]
    [DataRow("äpps")]
    public void ANameMustBeASubdomain(string name)
    {
        Assert.Contains(name, Manifests.Fails(ErrorCode.InvalidKubernetesName, new() { Name = name }).Message);
        Manifests.Fails(ErrorCode.InvalidKubernetesName, new() { SecretVariant = PullSecretVariant.SecretRef, SecretName = name });
    }

    [TestMethod]
    public void Names_AreTakenUpToTheirLimit()
    {
        string longest = string.Join('.', Enumerable.Repeat(new string('a', 50), 5))[..253];
        Assert.AreEqual(longest, Manifests.Create(new() { Name = longest }).Name);
        Manifests.Fails(ErrorCode.InvalidKubernetesName, new() { Name = longest + "a" });
        Manifests.Create(new() { Namespace = new string('a', 63) });
        Manifests.Fails(ErrorCode.InvalidKubernetesName, new() { Namespace = new string('a', 64) });
    }

    [TestMethod]
    public void TheDefaultNameIsCheckedToo() =>
        Manifests.Fails(ErrorCode.InvalidKubernetesName, new(), repository: "r.corp.com/apps/simple_bundle");

    [TestMethod]
    [DataRow("a.b")]
    [DataRow("A")]
    [DataRow("a-")]
    public void ANamespaceMustBeALabel(string ns)
    {
        Manifests.Fails(ErrorCode.InvalidKubernetesName, new() { Namespace = ns });
        Manifests.Fails(ErrorCode.InvalidKubernetesName,
            new() { Namespace = "a", SecretNamespace = ns, SecretVariant = PullSecretVariant.SecretgenController });
    }

    [TestMethod]
    public void InvalidFields_AreRefused()
    {
        PackageRepositoryOptions[] wrong =
        [
            new() { ApiVersion = "packaging.carvel.dev/v1" },
            new() { TagSelection = "newest" },
            new() { TagSelection = ">=v1.0.0" },
            new() { TagSelection = "1.0.0", Pinning = ReferencePinning.Tag },
            new() { TagSelection = "1.0.0", Prereleases = "be_ta" },
            new() { TagSelection = "1.0.0", Prereleases = "," },
            new() { Prereleases = "beta" },
            new() { SyncPeriod = "10" },
            new() { SyncPeriod = "-10m" },
            new() { SyncPeriod = "00:10:00" },
        ];
        foreach (PackageRepositoryOptions options in wrong)
            Assert.AreEqual(Manifests.Repository, Manifests.Fails(ErrorCode.InvalidPackageRepository, options).Reference);
        Manifests.Fails(ErrorCode.InvalidPackageRepository, new() { Pinning = ReferencePinning.Tag }, tag: null);
        Manifests.Fails(ErrorCode.InvalidPackageRepository, new() { Pinning = ReferencePinning.Tag }, tag: "v 1");
    }

    [TestMethod]
    [DataRow("29s", true)]
    [DataRow("0s", true)]
    [DataRow("30s", false)]
    [DataRow("10m", false)]
    public void AShortSyncPeriodIsWarnedAbout(string period, bool expected)
    {
        PackageRepositoryManifest manifest = Manifests.Create(new() { SyncPeriod = period });
        Assert.Contains($"  syncPeriod: {period}\n", manifest.Yaml);
        Assert.AreEqual(expected, manifest.Warnings.Any(warning => warning.Code == ErrorCode.SyncPeriodRaised));
    }

    [TestMethod]
    [DataRow("1.0", "'1.0'")]
    [DataRow("true", "'true'")]
    [DataRow("no", "'no'")]
    [DataRow("2026-11-23", "'2026-11-23'")]
    [DataRow("1e3", "'1e3'")]
    [DataRow("0", "'0'")]
    [DataRow("apps", "apps")]
    public void ANameStaysATextToEveryReader(string name, string written) =>
        Assert.Contains($"\n  name: {written}\n", Manifests.Create(new() { Name = name }).Yaml);

    [TestMethod]
    public void AnAddressInBracketsIsQuoted() =>
        Assert.Contains($"image: '[::1]:5000/apps@{Manifests.Digest}'\n", Manifests.Create(new(), repository: "[::1]:5000/apps").Yaml);
}
