using System.Text.Json;
using Airgap.TestKit;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary><c>packages list</c> and <c>copy --package</c>, through an archive and back.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class ChosenTests
{
    private const string Bundle = "registry.local:5055/user1/simple-app-bundle:v1.0.0";

    [TestMethod]
    public async Task AListedPackage_CanBeSelected()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        (CliResult listed, JsonElement document) = await bench.RunJsonAsync("packages", "list", "-b", Bundle);
        Assert.AreEqual(0, listed.ExitCode, listed.Error);
        JsonElement package = document.GetProperty("packages")[0];
        Assert.AreEqual("simple-app.example.com", package.GetProperty("name").GetString());
        Assert.AreEqual("1.0.0", package.GetProperty("version").GetString());
        Assert.IsGreaterThan(0, package.GetProperty("bytes").GetInt64());
        CliResult described = await bench.RunAsync("describe", "--packages", "-b", Bundle, "--html", "of-describe.html");
        Assert.Contains("simple-app.example.com", described.Output);
        Assert.AreEqual(0, (await bench.RunAsync("packages", "list", "-b", Bundle, "--html")).ExitCode);
        string page = File.ReadAllText(bench.Folder["packages.html"]);
        Assert.Contains("<bdi>simple-app.example.com</bdi>", page);
        Assert.AreEqual(page, File.ReadAllText(bench.Folder["of-describe.html"]));
        Assert.DoesNotContain("<script", page);

        // With the flag, an image of the lock that no package names is omitted.
        CliResult written = await bench.RunAsync(
            "copy", "-b", Bundle, "--package", "simple-app.example.com", "--drop-unreferenced", "--to-tar", "some.tar");
        Assert.AreEqual(0, written.ExitCode, written.Error);
        Assert.Contains("left out: 1 image", written.Output);
        (_, JsonElement archived) = await bench.RunJsonAsync("packages", "list", "--tar", "some.tar");
        Assert.AreEqual("simple-app.example.com", archived.GetProperty("packages")[0].GetProperty("name").GetString());

        // The same selection from the whole archive, on the far side.
        CliResult all = await bench.RunAsync("copy", "-b", Bundle, "--to-tar", "all.tar");
        Assert.AreEqual(0, all.ExitCode, all.Error);
        bench.Registry.Clear();
        (CliResult imported, JsonElement far) = await bench.RunJsonAsync(
            "copy", "--tar", "all.tar", "--package", "simple-app.example.com", "--drop-unreferenced", "--to-repo",
            "mirror.local:5000/apps/it");
        Assert.AreEqual(0, imported.ExitCode, imported.Error);
        Assert.EndsWith(far.GetProperty("derived").GetProperty("digest").GetString()!, archived.GetProperty("reference").GetString()!);
        Assert.IsGreaterThan(0, far.GetProperty("derived").GetProperty("savedBytes").GetInt64());
        Assert.IsFalse(bench.Registry.Requests.Any(request => request.Path.Contains("/user1/", StringComparison.Ordinal)));

        // The result can be pulled like any bundle.
        CliResult pulled = await bench.RunAsync("pull", "-b", "mirror.local:5000/apps/it:v1.0.0", "-o", "pulled");
        Assert.AreEqual(0, pulled.ExitCode, pulled.Error);
        Assert.Contains("mirror.local:5000/apps/it@", File.ReadAllText(bench.Folder["pulled/.imgpkg/images.yml"]));
        Assert.StartsWith("# Derived from sha256:", File.ReadAllText(bench.Folder["pulled/.imgpkg/bundle.yml"]));
    }

    [TestMethod]
    public async Task AMistakeIsToldBeforeAnyRequest()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        foreach (string[] wrong in (string[][])[
            ["--package", "simple-app.example.com@x"], ["--platform", "amd64"], ["--flatten"], ["--prereleases", "*"]])
        {
            CliResult result = await bench.RunAsync(["copy", "-b", Bundle, .. wrong, "--to-tar", "out.tar"]);
            Assert.AreEqual(1, result.ExitCode, result.Output);
            Assert.MatchesRegex("AIRGAP(2173|2011)", result.Error);
        }

        CliResult image = await bench.RunAsync(
            "copy", "-i", "registry.local:5055/apps/multi:1.0.0", "--platform", "linux/amd64", "--to-tar", "out.tar");
        Assert.Contains("AIRGAP2011", image.Error);
        Assert.IsEmpty(bench.Registry.Requests);
    }

    [TestMethod]
    public async Task ARefusedSparseIndexIsToldWithItsCure_AndNotWithTheSameCommand()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult refused = await bench.RunAsync(
            "copy", "-b", "registry.local:5055/user1/index-bundle:v1.0.0", "--platform", "linux/amd64", "--platform-mode", "sparse",
            "--to-repo", "mirror.local:5000/apps/index");
        refused.AssertFailed("AIRGAP2196", "--platform-mode rewrite");
        Assert.DoesNotContain("Continue with", refused.Error);
    }
}
