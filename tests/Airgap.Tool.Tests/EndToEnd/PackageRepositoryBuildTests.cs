using System.Text.Json;
using Airgap.TestKit;

namespace Airgap.Tool.Tests.EndToEnd;

[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class PackageRepositoryBuildTests
{
    private const string Image = "registry.local:5055/apps/frontend:1.0.0";

    [TestMethod]
    public async Task AFolderGoesToARepository_AndByArchive_WithTheSameDigest()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        Write(bench, "1.0.0");

        (CliResult result, JsonElement direct) = await bench.RunJsonAsync(
            "package-repository", "build", "simple-repository", "--image", Image, "--tag", "v1.0.0", "--to-repo",
            "registry.local:5055/far/direct", "--lock-output", "lock.yml");
        Assert.AreEqual(0, result.ExitCode, result.Error + result.Output);
        string digest = direct.GetProperty("reference").GetString()!.Split('@')[1];
        Assert.Contains($"registry.local:5055/far/direct@{digest}", await File.ReadAllTextAsync(bench.Folder["lock.yml"]));

        result = await bench.RunAsync(
            "package-repository", "build", "simple-repository", "--image", Image, "--tag", "v1.0.0", "--to-tar", "bundle.tar");
        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.Contains(digest, result.Output);
        (result, JsonElement imported) =
            await bench.RunJsonAsync("copy", "--tar", "bundle.tar", "--to-repo", "registry.local:5055/far/archive");
        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.AreEqual($"registry.local:5055/far/archive@{digest}", imported.GetProperty("reference").GetString());

        result = await bench.RunAsync("package-repository", "-b", "registry.local:5055/far/archive:v1.0.0");
        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.Contains($"image: registry.local:5055/far/archive@{digest}", result.Output);
        Assert.DoesNotContain("Error: ", result.Error);
    }

    [TestMethod]
    public async Task AllProblems_AreTold_WithTheirPlaces()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        Write(bench, "v1");

        CliResult result = await bench.RunAsync(
            "package-repository", "build", "simple-repository", "--image", "registry.local:5055/apps/gone:v1", "--to-tar", "bundle.tar");

        result.AssertFailed("AIRGAP4005", "AIRGAP4007", "AIRGAP2045", "package.yml(7,12)");
        Assert.IsFalse(File.Exists(bench.Folder["bundle.tar"]));
    }

    private static void Write(Bench bench, string version)
    {
        Directory.CreateDirectory(bench.Folder["simple-repository/packages"]);
        File.WriteAllText(bench.Folder["simple-repository/packages/package.yml"], $"""
            apiVersion: data.packaging.carvel.dev/v1alpha1
            kind: Package
            metadata:
              name: simple-app.corp.com.{version}
            spec:
              refName: simple-app.corp.com
              version: {version}
              template:
                spec:
                  fetch:
                  - imgpkgBundle:
                      image: {Image}
                  template:
                  - ytt: {"{}"}
                  deploy:
                  - kapp: {"{}"}
            """);
    }
}
