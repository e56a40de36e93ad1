using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary><c>tag list</c> and <c>tag resolve</c> compared with imgpkg's recorded output.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class TagTests
{
    private const string Relocated = "registry.local:5055/mirror/simple-app-bundle";

    [TestMethod]
    [DataRow("tag list", "tag-list.txt")]
    [DataRow("tag ls", "tag-list.txt")]
    [DataRow("tag list --digests --imgpkg-internal-tags --tty", "tag-list.tty.txt")]
    public async Task TheList_IsImgpkgs(string line, string golden)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        string expected = await File.ReadAllTextAsync(Fixtures.Golden(golden));
        string[] args = [.. line.Split(' '), "-i", Relocated];

        Assert.AreEqual(expected, (await bench.RunAsync(args)).EnsureSuccess().Output);
        Assert.AreEqual(expected, (await bench.RunAsImgpkgAsync(args)).EnsureSuccess().Output);
    }

    [TestMethod]
    public async Task LinesOfATerminalAreImgpkgs()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        string[] recorded = await File.ReadAllLinesAsync(Fixtures.Golden("lines/tag-list-tty.txt"));
        CliResult result = await bench.RunAsync(recorded[0]["$ imgpkg ".Length..].Split(' '));
        Assert.AreEqual(string.Join('\n', recorded[1..^1]) + "\n", result.EnsureSuccess().Output);
    }

    [TestMethod]
    public async Task JsonUnderImgpkgsNameIsImgpkgs()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult result = await bench.RunAsImgpkgAsync("tag", "list", "-i", Relocated, "--digests", "--imgpkg-internal-tags", "--json");
        Assert.AreEqual(await File.ReadAllTextAsync(Fixtures.Golden("tag-list.json")), result.EnsureSuccess().Output.TrimEnd('\n'));
    }

    [TestMethod]
    public async Task JsonUnderTheOwnName()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        (CliResult result, JsonElement document) = await bench.RunJsonAsync("tag", "list", "-i", Relocated, "--digests");
        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.AreEqual("tag list", document.GetProperty("command").GetString());
        JsonElement tag = document.GetProperty("tags").EnumerateArray().Single();
        Assert.AreEqual("v1.0.0", tag.GetProperty("name").GetString());
        Assert.StartsWith("sha256:cc146dc2", tag.GetProperty("digest").GetString());
    }

    [TestMethod]
    public async Task TheColumns_AreThoseAskedFor()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult result = await bench.RunAsync("tag", "list", "-i", Relocated, "--digests", "--column", "digest");
        Assert.AreEqual("sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4\t\n", result.EnsureSuccess().Output);

        CliResult refused = await bench.RunAsync("tag", "list", "-i", Relocated, "--column", "size");
        refused.AssertFailed("AIRGAP2022: 'size' is not a column of this table.");
    }

    [TestMethod]
    public async Task AnArchivesTags_WithoutARegistry()
    {
        await using Bench bench = await Bench.StartAsync(new RegistryFixtureOptions());
        CliResult result = await bench.RunAsync("tag", "list", "--tar", Fixtures.Golden("simple-app-bundle.tar"), "--digests");
        Assert.AreEqual("v1.0.0\tsha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4\t\n",
            result.EnsureSuccess().Output);
        Assert.IsEmpty(bench.Registry.Requests);
    }

    [TestMethod]
    public async Task ATag_ResolvesToItsDigest()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        string golden = await File.ReadAllTextAsync(Fixtures.Golden("tag-resolve.txt"));
        string[] args = ["tag", "resolve", "-i", "registry.local:5055/user1/simple-app-bundle:v1.0.0"];
        Assert.AreEqual(golden, (await bench.RunAsync(args)).EnsureSuccess().Output);
        Assert.AreEqual(golden, (await bench.RunAsImgpkgAsync(args)).EnsureSuccess().Output);
        (_, JsonElement document) = await bench.RunJsonAsync(args);
        Assert.AreEqual(golden, document.GetProperty("reference").GetString());
    }

    [TestMethod]
    [DataRow("tag list", "AIRGAP2009", "Expected either --image (-i) or --tar as a source")]
    [DataRow("tag resolve", "AIRGAP2009", "Expected --image (-i) as a source")]
    [DataRow("tag list -i registry.local:5055/no/such", "AIRGAP1007", "registry.local:5055/no/such")]
    [DataRow("tag resolve -i registry.local:5055/mirror/simple-app-bundle:none", "AIRGAP1005", "MANIFEST_UNKNOWN")]
    [DataRow("tag list --digest -i x", "AIRGAP2022", "Did you mean '--digests'? See 'dotnet airgap tag list --help'.")]
    [DataRow("tag", "", "dotnet airgap tag COMMAND")]
    public async Task BadInput_IsRefused(string line, string code, string phrase)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult result = await bench.RunAsync(line.Split(' '));
        result.AssertFailed(code, phrase);
        Assert.IsEmpty(result.Output);
    }
}
