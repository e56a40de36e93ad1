using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary><c>describe</c> compared with imgpkg's recorded output.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class DescribeTests
{
    [TestMethod]
    [GoldenBundles]
    public async Task TheOutput_IsImgpkgs(string name)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        string reference = $"registry.local:5055/user1/{name}:v1.0.0";
        string text = await File.ReadAllTextAsync(Fixtures.Golden($"{name}.describe.txt"));
        string yaml = await File.ReadAllTextAsync(Fixtures.Golden($"{name}.describe.yaml"));

        Assert.AreEqual(text, (await bench.RunAsync("describe", "-b", reference)).EnsureSuccess().Output);
        Assert.AreEqual(text, (await bench.RunAsImgpkgAsync("describe", "-b", reference)).EnsureSuccess().Output);
        Assert.AreEqual(yaml, (await bench.RunAsync("describe", "-b", reference, "-o", "yaml", "--tty")).EnsureSuccess().Output);
        Assert.AreEqual(yaml, (await bench.RunAsImgpkgAsync("describe", "-b", reference, "--output-type=yaml", "--tty=true"))
            .EnsureSuccess().Output);

        bench.Registry.Clear();
        Assert.AreEqual(text, (await bench.RunAsync("describe", "--tar", Fixtures.Golden($"{name}.tar"))).EnsureSuccess().Output);
        Assert.IsEmpty(bench.Registry.Requests);
    }

    [TestMethod]
    public async Task Describe_AcceptsTheRegistryOptionsOfEveryCommand()
    {
        await using Bench bench =
            await Bench.StartAsync(new RegistryFixtureOptions { WithFixtures = true, BasicAuth = ("robot", "pass-word-1") });
        string[] line = ["describe", "-b", "registry.local:5055/mirror/simple-app-bundle:v1.0.0"];

        CliResult refused = await bench.RunAsync(line);
        refused.AssertFailed("AIRGAP1003");

        CliResult described = await bench.RunAsync([.. line, "--registry-username", "robot", "--registry-password", "pass-word-1"]);
        Assert.Contains("Type: Internal", described.EnsureSuccess().Output);
    }

    [TestMethod]
    public async Task TheJson_IsOneDocument()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        (CliResult result, JsonElement document) =
            await bench.RunJsonAsync("describe", "-b", "registry.local:5055/user1/nested-bundle:v1.0.0");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.AreEqual("describe", document.GetProperty("command").GetString());
        Assert.IsTrue(document.GetProperty("succeeded").GetBoolean());
        JsonElement description = document.GetProperty("description");
        Assert.AreEqual(document.GetProperty("reference").GetString(), description.GetProperty("image").GetString());
        Assert.AreEqual(2, description.GetProperty("bundles").GetArrayLength());
        Assert.AreEqual(3, description.GetProperty("images")[0].GetProperty("layers").GetArrayLength());
    }

    [TestMethod]
    public async Task JsonUnderImgpkgsName_HasTheBlocksThatImgpkgPrints()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        string[] line = ["describe", "-b", "registry.local:5055/user1/nested-bundle:v1.0.0", "--json"];
        JsonElement text = JsonDocument.Parse((await bench.RunAsImgpkgAsync(line)).EnsureSuccess().Output).RootElement;
        JsonElement yaml = JsonDocument.Parse((await bench.RunAsImgpkgAsync([.. line, "-o", "yaml"])).EnsureSuccess().Output).RootElement;

        string[] blocks = [.. text.GetProperty("Blocks").EnumerateArray().Select(block => block.GetString()!)];
        Assert.AreEqual(await File.ReadAllTextAsync(Fixtures.Golden("nested-bundle.describe.txt")), string.Concat(blocks));
        Assert.StartsWith("Bundle SHA: sha256:", blocks[0]);
        Assert.AreEqual("\n", blocks[1]);
        Assert.IsTrue(blocks.All(block => block.IndexOf('\n', StringComparison.Ordinal) == block.Length - 1),
            "A block is a line, or empty.");
        string[] parts = [.. yaml.GetProperty("Blocks").EnumerateArray().Select(block => block.GetString()!)];
        Assert.HasCount(2, parts);
        Assert.StartsWith("sha: sha256:", parts[0]);
        Assert.AreEqual(await File.ReadAllTextAsync(Fixtures.Golden("nested-bundle.describe.yaml")), string.Concat(parts) + "\nSucceeded\n",
            "The recorded text is that of a terminal.");
        Assert.AreSequenceEqual(["Succeeded"], yaml.GetProperty("Lines").EnumerateArray().Select(each => each.GetString()));
    }

    [TestMethod]
    public async Task WithoutOriginsTheyAreNotAsked()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult result = await bench.RunAsync(
            "describe", "-b", "registry.local:5055/user1/simple-app-bundle:v1.0.0", "--no-origin", "--layers=false");

        Assert.Contains("Error: registry.local:5055/apps/frontend@", result.EnsureSuccess().Output);
        Assert.DoesNotContain("Layers:", result.Output);
        Assert.IsFalse(bench.Registry.Requests.Any(request => request.Repository.StartsWith("apps/", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("describe", "AIRGAP2009", "Expected either --bundle (-b) or --tar as a source")]
    [DataRow("describe -b registry.local:5055/a/b --tar no-such.tar", "AIRGAP3001", "no-such.tar")]
    [DataRow("describe -b registry.local:5055/a/b -o json", "AIRGAP2022", "'json' is not a value of --output-type")]
    [DataRow("describe --tar no-such.tar", "AIRGAP3001", "no-such.tar")]
    [DataRow("describe -b registry.local:5055/apps/frontend:1.0.0", "AIRGAP2004",
        "Only bundles can be described, and registry.local:5055/apps/frontend:1.0.0 is not a bundle")]
    [DataRow("describe -b registry.local:5055/user1/simple-app-bundle:none", "AIRGAP1005", "MANIFEST_UNKNOWN")]
    public async Task BadInput_IsRefused(string line, string code, string phrase)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult result = await bench.RunAsync(line.Split(' '));

        result.AssertFailed(code, phrase);
        Assert.IsEmpty(result.Output);
    }

    [TestMethod]
    public async Task APageIsWritten_OfARegistryAndOfAnArchive_WithItsNameOrWithout()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult named = await bench.RunAsync(
            "describe", "-b", "registry.local:5055/user1/simple-app-bundle:v1.0.0", "--html", "page.html");
        CliResult unnamed = await bench.RunAsync("describe", "--html", "-b", "registry.local:5055/user1/simple-app-bundle:v1.0.0");
        Assert.AreEqual(0, named.ExitCode, named.Error);
        Assert.AreEqual(0, unnamed.ExitCode, unnamed.Error);
        string page = await File.ReadAllTextAsync(bench.Folder["page.html"]);
        Assert.AreEqual(page, await File.ReadAllTextAsync(bench.Folder["bundle.html"]));
        Assert.Contains("<title>simple-app-bundle", page);

        File.Delete(bench.Folder["bundle.html"]);
        Assert.AreEqual(
            0, (await bench.RunAsync(
                "copy", "-b", "registry.local:5055/user1/simple-app-bundle:v1.0.0", "--to-tar", "bundle.tar")).ExitCode);
        bench.Registry.Clear();
        CliResult archived = await bench.RunAsync("describe", "--tar", "bundle.tar", "--html");
        Assert.AreEqual(0, archived.ExitCode, archived.Error);
        Assert.IsEmpty(bench.Registry.Requests);
        Assert.Contains("<title>simple-app-bundle", await File.ReadAllTextAsync(bench.Folder["bundle.html"]));
        Assert.AreEqual(0, (await bench.RunAsync("describe", "--tar", "bundle.tar", "--html=other.html", "-o", "yaml")).ExitCode);
        Assert.IsTrue(File.Exists(bench.Folder["other.html"]));
    }
}
