using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>Without a usable folder for temporary files, most commands work, and the others name the folder in one error.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class TemporaryFolderTests
{
    private const string Simple = "registry.local:5055/user1/simple-app-bundle:v1.0.0";

    [TestMethod]
    [DataRow("missing")]
    [DataRow("file")]
    public async Task CommandsThatNeedNoTemporaryFile_Work(string kind)
    {
        await using Bench bench = await StartAsync(kind);
        foreach (string line in new[]
        {
            $"copy -b {Simple} --to-tar whole.tar",
            "copy --tar whole.tar --to-repo final.local:5055/imported",
            "verify --tar whole.tar",
            "verify -b final.local:5055/imported:v1.0.0",
            "pull --tar whole.tar -o pulled",
            $"pull -b {Simple} -o pulled-again",
            "archive split whole.tar --volume-size 20kB",
            $"copy -b {Simple} --to-tar base.tar",
            "copy -b registry.local:5055/user1/nested-bundle:v1.0.0 --to-tar delta.tar --base base.tar",
            "archive merge base.tar delta.tar --to-tar merged.tar",
            "push -b final.local:5055/small:1 -f pulled",
            $"describe -b {Simple}",
            $"copy -b {Simple} --to-repo final.local:5055/planned --plan-out plan.json",
            "copy --plan plan.json",
        })
        {
            CliResult result = await bench.RunFreshAsync(line.Split(' '));
            Assert.AreEqual(0, result.ExitCode, $"{line}: {result.Error}");
            Assert.DoesNotContain("AIRGAP3", result.Error, line);
        }
    }

    [TestMethod]
    [DataRow("missing")]
    [DataRow("file")]
    public async Task CommandsThatNeedOne_NameTheFolder_AndLeaveNothing(string kind)
    {
        await using Bench bench = await StartAsync(kind);
        byte[] noise = new byte[6_000_000];
        new Random(1).NextBytes(noise);
        Directory.CreateDirectory(bench.Folder["input"]);
        await File.WriteAllBytesAsync(bench.Folder["input/noise"], noise);
        foreach (string[] line in new string[][]
        {
            ["push", "-i", "final.local:5055/large:1", "-f", "input"],
            ["copy", "-b", Simple, "--to-repo", "final.local:5055/gated", "--gate", "cat > /dev/null"],
        })
        {
            bench.Registry.Clear();
            CliResult result = await bench.RunFreshAsync(line);
            result.AssertFailed(
                $"No temporary file for the {(line[0] == "push" ? "layer" : "gate")} can be written to the folder " +
                $"'{bench.Folder["tmp"]}': there is no such folder.", "TMPDIR");
            Assert.HasCount(
                1, result.Error.Split('\n').Where(text => text.Contains("Error: AIRGAP", StringComparison.Ordinal)), result.Error);
            Assert.DoesNotContain("   at ", result.Error);
            Assert.IsEmpty(bench.Registry.Of(RequestKind.ManifestPut));
            Assert.IsEmpty(bench.Finished("tmp"));
        }
    }

    /// <summary>A file system of its own for the folder, in memory, with less room than the command needs.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DataRow("full", "copy", "-b", Simple, "--to-repo", "final.local:5055/gated", "--gate", "touch ran")]
    [DataRow("small", "copy", "-b", Simple, "--to-repo", "final.local:5055/gated", "--gate", "touch ran", "--gate-content")]
    [DataRow("small", "push", "-i", "final.local:5055/large:1", "-f", "input")]
    public async Task AFullFolder_IsNamed_BeforeAnythingIsPushed(string room, params string[] line)
    {
        string[] shell = ["unshare", "--user", "--map-root-user", "--mount"];
        if (Cli.Find(shell[0]) is null || (await Cli.RunAsync(shell[0], [.. shell[1..], "true"])).ExitCode != 0)
            Assert.Inconclusive("This system gives a process no mounts of its own.");
        await using Bench bench = await StartAsync("folder");
        byte[] noise = new byte[6_000_000];
        new Random(1).NextBytes(noise);
        Directory.CreateDirectory(bench.Folder["input"]);
        Directory.CreateDirectory(bench.Folder["tmp"]);
        await File.WriteAllBytesAsync(bench.Folder["input/noise"], noise);
        string fill = room == "full" ? "head -c 16384 /dev/zero > \"$TMPDIR/fill\" && " : "";

        CliResult result = await bench.RunByScriptAsync(
            shell,
            $"mount -t tmpfs -o size=16k none \"$TMPDIR\" && {fill}{{ \"$@\"; code=$?; echo \"left: $(ls -A \"$TMPDIR\")\"; exit $code; }}",
            line);

        result.AssertFailed(
            $"AIRGAP3003: No temporary file for the {(line[0] == "push" ? "layer" : "gate")} can be written to the folder " +
            $"'{bench.Folder["tmp"]}': no space is left.", "TMPDIR");
        Assert.DoesNotContain("   at ", result.Error);
        Assert.DoesNotContain("airgap-", result.Output.Split("left: ")[1]);
        Assert.IsFalse(File.Exists(bench.Folder["ran"]), "the gate gets the whole plan or does not run");
        Assert.IsEmpty(bench.Registry.Of(RequestKind.ManifestPut));
    }

    private static async Task<Bench> StartAsync(string kind)
    {
        Bench bench = await Bench.StartWithFixturesAsync();
        bench.Environment["TMPDIR"] = bench.Folder["tmp"];
        if (kind == "file")
            await File.WriteAllTextAsync(bench.Folder["tmp"], "");
        return bench;
    }
}
