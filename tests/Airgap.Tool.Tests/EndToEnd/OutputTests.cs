using Airgap.TestKit;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>Outputs at unsuitable paths, and failing disks: refusals before any request, and the remaining files.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class OutputTests
{
    private const string Bundle = "registry.local:5055/user1/simple-app-bundle:v1.0.0";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task AnUnwritableOutput_IsRefused_BeforeAnyRequest()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        Directory.CreateDirectory(bench.Folder["taken"]);
        Directory.CreateDirectory(bench.Folder["content"]);
        await File.WriteAllTextAsync(bench.Folder["content/file"], "x", TestContext.CancellationToken);
        SpecialFiles.MakePipe(bench.Folder["pipe"]);
        string[] copy = ["copy", "-b", Bundle, "--to-repo", "final.local:5055/out"];
        foreach (string[] command in (string[][])
        [
            ["copy", "-b", Bundle, "--to-tar", "taken"],
            ["copy", "-b", Bundle, "--to-tar", "pipe"],
            ["copy", "-b", Bundle, "--to-tar", "pipe", "--resume"],
            ["copy", "-b", Bundle, "--to-tar", "/dev/stdout"],
            [.. copy, "--lock-output", "taken"],
            [.. copy, "--report", "taken"],
            [.. copy, "--summary", "taken"],
            [.. copy, "--dry-run", "--plan", "taken"],
            ["push", "-b", "final.local:5055/out:1", "-f", "content", "--lock-output", "taken"],
            ["pull", "-b", Bundle, "-o", "pipe"],
            ["package-repository", "-b", Bundle, "-o", "taken"],
            ["package-repository", "build", "content", "--to-tar", "taken"],
            ["package-repository", "build", "content", "--to-repo", "final.local:5055/out", "--lock-output", "taken"],
            ["serve", "--folder", "pipe", "--listen", "127.0.0.1:0"],
        ])
        {
            CliResult result = await bench.RunAsync(command);
            Assert.AreEqual(1, result.ExitCode, string.Join(' ', command));
            Assert.Contains("AIRGAP3014", result.Error, string.Join(' ', command));
        }

        CliResult lost = await bench.RunAsync([.. copy, "--lock-output", "none/lock.yml"]);
        Assert.Contains("AIRGAP3001", lost.Error);
        Assert.IsEmpty(bench.Registry.Requests);
        Assert.AreSequenceEqual(
            ["content", "home", "pipe", "taken"],
            Directory.GetFileSystemEntries(bench.Folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.StartsWith("fifo", SpecialFiles.Describe(bench.Folder["pipe"]));
    }

    [TestMethod]
    public async Task ADeviceIsNeverReplaced()
    {
        if (!SpecialFiles.IsRoot)
            Assert.Inconclusive("Only root makes devices.");
        await using Bench bench = await Bench.StartWithFixturesAsync();
        SpecialFiles.MakeNullDevice(bench.Folder["null"]);
        string before = SpecialFiles.Describe(bench.Folder["null"]);
        CliResult archive = await bench.RunAsync("copy", "-b", Bundle, "--to-tar", "null");
        Assert.Contains("AIRGAP3014", archive.Error);
        Assert.IsEmpty(bench.Registry.Requests);
        (await bench.RunAsync("copy", "-b", Bundle, "--to-repo", "final.local:5055/out", "--lock-output", "null", "--report", "null",
            "--summary", "null")).EnsureSuccess();
        Assert.AreEqual(before, SpecialFiles.Describe(bench.Folder["null"]));
        Assert.AreSequenceEqual(
            ["home", "null"], Directory.GetFileSystemEntries(bench.Folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [TestMethod]
    public async Task ALockToStandardOutputGoesThereAmongTheRest()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult piped = await bench.RunAsync("copy", "-b", Bundle, "--to-repo", "final.local:5055/out", "--lock-output", "/dev/stdout");
        Assert.Contains("kind: BundleLock", piped.EnsureSuccess().Output);

        // The same when the output is a file that the shell opened.
        CliResult shell = await Cli.RunAsync(
            "sh", ["-c", "echo before; exec \"$0\" \"$@\"", await PackedTool.PathAsync(), "copy", "-b", Bundle, "--to-repo",
                "final.local:5055/out", "--lock-output", "/dev/stdout"],
            bench.Environment, bench.Folder.Path);
        Assert.StartsWith("before", shell.EnsureSuccess().Output);
        CliResult file = await Cli.RunAsync(
            "sh", ["-c", "{ echo before; \"$0\" \"$@\"; echo after; } > out.txt", await PackedTool.PathAsync(), "copy", "-b", Bundle,
                "--to-repo", "final.local:5055/out", "--lock-output", "/dev/stdout"],
            bench.Environment, bench.Folder.Path);
        file.EnsureSuccess();
        string text = await File.ReadAllTextAsync(bench.Folder["out.txt"], TestContext.CancellationToken);
        Assert.StartsWith("before\n", text);
        Assert.Contains("kind: BundleLock", text);
        Assert.EndsWith("after\n", text);
    }
}
