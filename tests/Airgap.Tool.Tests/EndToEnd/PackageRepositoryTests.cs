using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class PackageRepositoryTests
{
    private const string Relocated = "registry.local:5055/mirror/simple-app-bundle:v1.0.0";
    private const string Digest = "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4";

    [TestMethod]
    public async Task RelocatedBundle_GetsItsManifest_PinnedByDigest()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();

        CliResult result = await bench.RunAsync(
            "package-repository", "-b", Relocated, "--name", "simple-package-repository", "--namespace", "packages");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.Contains("kind: PackageRepository\n", result.Output);
        Assert.Contains("apiVersion: packaging.carvel.dev/v1alpha1\n", result.Output);
        Assert.Contains("  name: simple-package-repository\n", result.Output);
        Assert.Contains("  namespace: packages\n", result.Output);
        Assert.Contains($"      image: registry.local:5055/mirror/simple-app-bundle@{Digest}\n", result.Output);
        Assert.IsTrue(bench.Registry.Requests.All(request => request.Repository is "" or "mirror/simple-app-bundle"),
            string.Join('\n', bench.Registry.Requests));
    }

    [TestMethod]
    public async Task Output_GoesToAFile_AndTheReportNamesIt()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();

        (CliResult result, JsonElement document) = await bench.RunJsonAsync(
            "package-repository", "-b", Relocated, "-o", "repository.yml", "--secret-name", "pull-secret", "--sync-period", "5m");

        Assert.AreEqual(0, result.ExitCode, result.Error + result.Output);
        string manifest = await File.ReadAllTextAsync(bench.Folder["repository.yml"]);
        Assert.Contains("  name: simple-app-bundle\n", manifest);
        Assert.Contains("pull-secret", manifest);
        Assert.Contains("syncPeriod: 5m", manifest);
        Assert.AreEqual(manifest, document.GetProperty("manifest").GetString());
        Assert.AreEqual("repository.yml", document.GetProperty("files")[0].GetProperty("path").GetString());
        Assert.AreEqual($"registry.local:5055/mirror/simple-app-bundle@{Digest}", document.GetProperty("reference").GetString());
    }

    [TestMethod]
    public async Task AMirrorThatWantsCredentials_IsTold_WhereNoSecretIsNamed_ByPublishToo()
    {
        await using RegistryFixture registry = await RegistryFixture.StartAsync(
            new RegistryFixtureOptions { WithFixtures = true, BasicAuth = ("rig", "p4ss") });
        using TempFolder folder = new();
        string[] login = ["--registry-username", "rig", "--registry-password", "p4ss"];
        string[] manifest = ["package-repository", "-b", $"{registry.Host}/mirror/simple-app-bundle:v1.0.0", .. login];
        await File.WriteAllTextAsync(folder["App.csproj"], $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup>
                <ImgpkgBundle Include="{registry.Host}/mirror/simple-app-bundle:v1.0.0" PackageRepository="simple" />
              </ItemGroup>
            </Project>
            """);

        CliResult without = await InProcess.RunAsync(manifest);
        CliResult with = await InProcess.RunAsync([.. manifest, "--secret-name", "pull"]);
        CliResult published = await InProcess.RunAsync(
            ["publish", folder["App.csproj"], "-p", $"AirgapRegistry={registry.Host}/apps", .. login]);

        Assert.AreEqual(0, without.ExitCode, without.Error);
        Assert.Contains("AIRGAP4129", without.Error);
        Assert.Contains("names no Secret: a cluster fails with 'UNAUTHORIZED'", without.Error);
        Assert.AreEqual(0, with.ExitCode, with.Error);
        Assert.DoesNotContain("AIRGAP4129", with.Error);
        Assert.AreEqual(0, published.ExitCode, published.Error);
        Assert.Contains("AIRGAP4129", published.Error);
        Assert.DoesNotContain("p4ss", without.Error + published.Error + published.Output);
    }

    [TestMethod]
    public async Task FurtherObjects_AreWrittenOnRequest()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await File.WriteAllTextAsync(bench.Folder["values.yml"], "replicas: 2\n");

        CliResult result = await bench.RunAsync(
            "package-repository", "-b", Relocated, "--namespace", "packages", "--secret-variant", "secretgen", "--secret-name", "pull",
            "--to-namespaces", "apps,other", "--create-namespace",
            "--install", "simple-app.example.com@1.0.0", "--install-namespace", "apps", "--service-account", "installer", "--values-file",
            bench.Folder["values.yml"]);

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.StartsWith("---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: packages\n", result.Output);
        Assert.Contains("  toNamespaces: [\"packages\", \"apps\", \"other\"]\n", result.Output);
        Assert.Contains("  values.yml: |2\n    replicas: 2\n", result.Output);
        Assert.Contains("kind: PackageInstall\nmetadata:\n  name: simple-app\n  namespace: apps\nspec:\n  serviceAccountName: installer\n",
            result.Output);
    }

    [TestMethod]
    [DataRow("placeholder", "      secretRef:\n        name: pull\n")]
    [DataRow("secretgen", "kind: SecretExport\n")]
    public async Task NothingThatIsAppliedTwice_CarriesAPlaceholder(string variant, string written)
    {
        await using RegistryFixture registry = await RegistryFixture.StartAsync(
            new RegistryFixtureOptions { WithFixtures = true, ReadOnly = true });

        CliResult result = await InProcess.RunAsync(
            "package-repository", "-b", $"{registry.Host}/mirror/simple-app-bundle:v1.0.0", "--namespace", "packages", "--secret-variant",
            variant, "--secret-name", "pull");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.DoesNotContain("REPLACE_ME", result.Output);
        Assert.DoesNotContain("kind: Secret\n", result.Output);
        Assert.Contains(written, result.Output);
        Assert.Contains("AIRGAP4231", result.Error);
        Assert.Contains($"dotnet airgap secret --for {registry.Host} --name pull -n packages --apply", result.Error);
    }

    [TestMethod]
    public async Task AFileThatNamedAnotherMirror_NamesTheSameDigestByItsContentTag()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await File.WriteAllTextAsync(
            bench.Folder["repository.yml"],
            $"kind: PackageRepository\nmetadata: {{name: simple-app-bundle}}\nspec: {{fetch: {{imgpkgBundle: {{image: " +
            $"\"old.corp.com/apps/simple-app-bundle@{Digest}\"}}}}}}\n");

        CliResult result = await bench.RunAsync("package-repository", "-b", Relocated, "-o", "repository.yml");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.Contains("AIRGAP4127", result.Error);
        Assert.Contains($"image: registry.local:5055/mirror/simple-app-bundle:{Digest.Replace(':', '-')}.imgpkg\n",
            await File.ReadAllTextAsync(bench.Folder["repository.yml"]));
    }

    [TestMethod]
    public async Task BundleWithoutItsImages_IsRefused_AndNothingIsWritten()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();

        CliResult result = await bench.RunAsync(
            "package-repository", "-b", "registry.local:5055/user1/simple-app-bundle:v1.0.0", "-o", "repository.yml");

        Assert.AreEqual(1, result.ExitCode);
        Assert.StartsWith("dotnet-airgap: Error: AIRGAP2017: ", result.Error);
        Assert.Contains("is not relocated", result.Error);
        Assert.Contains("--to-repo registry.local:5055/user1/simple-app-bundle", result.Error);
        Assert.IsEmpty(bench.Finished());
        Assert.IsFalse(bench.Registry.Requests.Any(request => request.Repository.StartsWith("apps/", StringComparison.Ordinal)),
            "The origin was asked.");
    }

    [TestMethod]
    public async Task WrongName_IsRefused()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();

        CliResult result = await bench.RunAsync("package-repository", "-b", Relocated, "--name", "Not_A_Name");

        result.AssertFailed("dotnet-airgap: Error: AIRGAP4001: ");
        Assert.IsEmpty(result.Output);
    }

    [TestMethod]
    public async Task BundleWithoutPackages_IsNoPackageRepository()
    {
        await using Bench bench = await Bench.StartAsync(new RegistryFixtureOptions());
        await BundleWriter.PushAsync(bench.Registry, "apps/plain-bundle", "v1");

        CliResult result = await bench.RunAsync("package-repository", "-b", "registry.local:5055/apps/plain-bundle:v1");

        Assert.AreEqual(1, result.ExitCode);
        Assert.StartsWith("dotnet-airgap: Error: AIRGAP4101: ", result.Error);
        Assert.IsEmpty(result.Output);
    }
}
