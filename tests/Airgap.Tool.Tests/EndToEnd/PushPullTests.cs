using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary><c>push</c> and <c>pull</c> of the packed tool, compared with imgpkg.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class PushPullTests
{
    private const string Simple = "registry.local:5055/user1/simple-app-bundle";
    private const string SimpleDigest = "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4";

    [TestMethod]
    [DataRow("push.txt")]
    [DataRow("pull.txt")]
    [DataRow("pull-recursive.txt")]
    [DataRow("pull-relocated.txt")]
    public async Task TheLines_AreImgpkgs(string file)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        string[] recorded = await File.ReadAllLinesAsync(Fixtures.Golden("lines/" + file));
        string[] args = recorded[0]["$ imgpkg ".Length..]
            .Replace(" input/", $" {Fixtures.Root}/input/", StringComparison.Ordinal).Split(' ');

        CliResult own = await bench.RunAsync(args);
        CliResult imgpkg = await bench.RunAsImgpkgAsync(args);

        Assert.AreEqual(0, own.ExitCode, own.Error);
        string expected = string.Join('\n', recorded[1..^1]) + "\n";
        Assert.AreEqual(expected, own.Output);
        Assert.AreEqual(expected, imgpkg.Output);
        Assert.IsEmpty(imgpkg.Error);
    }

    [TestMethod]
    public async Task AFolderGoesThereAndBack()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult push = await bench.RunAsync(
            "push", "-b", "registry.local:5055/out/simple:v2", "-f", Fixtures.Input("simple-app-bundle"), "--lock-output",
            "lock.yml", "--yes");
        CliResult pull = await bench.RunAsync("pull", "--lock", "lock.yml", "-o", "back");

        Assert.AreEqual(0, push.ExitCode, push.Error);
        Assert.StartsWith($"registry.local:5055/out/simple@{SimpleDigest}\n", push.Output);
        Assert.Contains("  tag: v2", await File.ReadAllTextAsync(bench.Folder["lock.yml"]));
        Assert.AreEqual(0, pull.ExitCode, pull.Error);
        Assert.StartsWith("back\n", pull.Output);
        foreach (string path in Directory.EnumerateFiles(Fixtures.Input("simple-app-bundle"), "*", SearchOption.AllDirectories))
        {
            string twin = Path.Combine(bench.Folder["back"], Path.GetRelativePath(Fixtures.Input("simple-app-bundle"), path));
            Assert.AreEqual(await File.ReadAllTextAsync(path), await File.ReadAllTextAsync(twin));
        }
    }

    [TestMethod]
    public async Task AnImageOfAListOfFilesHasImgpkgsDigest()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult result = await bench.RunAsync(
            "push", "-i", "registry.local:5055/user1/plain:1", "-f",
            $"{Path.Combine(Fixtures.Input("simple-app-bundle"), "config")},{Fixtures.Input("cosign.pub")}", "-l",
            "team=fixtures", "--tty");
        Assert.AreEqual(await File.ReadAllTextAsync(Fixtures.Golden("push-image.tty.txt")), result.Output);
    }

    [TestMethod]
    public async Task ExclusionsTakeThePlaceOfGit()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        Directory.CreateDirectory(bench.Folder["in/.git"]);
        await File.WriteAllTextAsync(bench.Folder["in/.git/a"], "");
        await File.WriteAllTextAsync(bench.Folder["in/b"], "");
        CliResult byDefault = await bench.RunAsync("push", "-i", "registry.local:5055/out/a", "-f", "in", "--tty");
        CliResult given = await bench.RunAsync("push", "-i", "registry.local:5055/out/a", "-f", "in", "--tty", "--file-exclusion", "b");
        Assert.StartsWith("dir: .\nfile: b\nPushed ", byDefault.Output);
        Assert.StartsWith("dir: .\ndir: .git\nfile: .git/a\nPushed ", given.Output);
    }

    [TestMethod]
    public async Task AnArchiveIsPulledWithoutARegistry()
    {
        await using Bench bench = await Bench.StartAsync(new RegistryFixtureOptions());
        CliResult result = await bench.RunAsync("pull", "-r", "--tar", Fixtures.Golden("nested-bundle.tar"), "-o", "out");
        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.IsTrue(Directory.Exists(bench.Folder[$"out/.imgpkg/bundles/{SimpleDigest.Replace(':', '-')}/.imgpkg"]));
        Assert.IsEmpty(bench.Registry.Requests);
    }

    [TestMethod]
    public async Task AForeignFolderIsKeptUntilForced()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        Directory.CreateDirectory(bench.Folder["out"]);
        await File.WriteAllTextAsync(bench.Folder["out/mine"], "mine");
        string[] args = ["pull", "-b", Simple + ":v1.0.0", "-o", "out"];

        CliResult refused = await bench.RunAsync(args);
        refused.AssertFailed("AIRGAP3011");
        Assert.IsTrue(File.Exists(bench.Folder["out/mine"]));

        CliResult forced = await bench.RunAsync([.. args, "--force"]);
        CliResult again = await bench.RunAsync(args);
        Assert.AreEqual(0, forced.ExitCode, forced.Error);
        Assert.AreEqual(0, again.ExitCode, again.Error);
        Assert.IsFalse(File.Exists(bench.Folder["out/mine"]));
    }

    [TestMethod]
    public async Task JsonTellsWhatWasPushedAndPulled()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        (CliResult pushed, JsonElement push) =
            await bench.RunJsonAsync("push", "-b", "registry.local:5055/out/simple:v2", "-f", Fixtures.Input("simple-app-bundle"));
        (CliResult pulled, JsonElement pull) =
            await bench.RunJsonAsync("pull", "-r", "-b", "registry.local:5055/user1/nested-bundle:v1.0.0", "-o", "out");

        Assert.AreEqual(0, pushed.ExitCode, pushed.Error);
        Assert.AreEqual($"registry.local:5055/out/simple@{SimpleDigest}", push.GetProperty("reference").GetString());
        Assert.AreEqual("copied", push.GetProperty("items")[0].GetProperty("outcome").GetString());
        Assert.AreEqual("v2", push.GetProperty("items")[0].GetProperty("tags")[0].GetString());
        Assert.AreEqual(0, pulled.ExitCode, pulled.Error);
        Assert.AreEqual(3, pull.GetProperty("items").GetArrayLength());
        Assert.AreEqual("out", pull.GetProperty("destination").GetString());
    }

    [TestMethod]
    [DataRow("pull -i registry.local:5055/apps/multi:1.0.0 -o q",
        "Unable to pull non-images, such as image indexes. (hint: provide a specific digest to the image instead)")]
    [DataRow("pull -i registry.local:5055/user1/simple-app-bundle:v1.0.0 -o q",
        "Expected bundle flag when pulling a bundle (hint: Use -b instead of -i for bundles)")]
    [DataRow("pull -b registry.local:5055/apps/frontend:1.0.0 -o q",
        "Expected bundle image but found plain image (hint: Did you use -i instead of -b?)")]
    public async Task Refusals_AreImgpkgs(string line, string phrase)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult result = await bench.RunAsImgpkgAsync(line.Split(' '));
        Assert.AreEqual(1, result.ExitCode);
        Assert.StartsWith($"imgpkg: Error: {phrase}", result.Error);
        Assert.IsFalse(Directory.Exists(bench.Folder["q"]));
    }
}
