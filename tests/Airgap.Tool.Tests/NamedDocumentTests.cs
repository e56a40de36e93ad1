using System.CommandLine;
using System.Text;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;

namespace Airgap.Tool.Tests;

/// <summary>
/// Reports files of the wrong kind for a flag, flags that no command has, and flags that had no effect.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class NamedDocumentTests : SigningTestBase
{
    private const string Far = "registry.example.com/a/b";

    private readonly TempFolder _folder = new();

    private string Doc => _folder["document"];

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    [DataRow("diff --receipt {0} --to-repo " + Far, "", "AIRGAP2114: '{0}' is neither a receipt nor a relocation.json: it is empty.")]
    [DataRow("diff --receipt {0} --to-repo " + Far, "\0\u0001", "nor a relocation.json: it is not text.")]
    [DataRow("diff --receipt {0} --to-repo " + Far, "kind: ImagesLock", "nor a relocation.json: it is not JSON.")]
    [DataRow("diff --lock {0} --to-repo " + Far, "{}", "AIRGAP2006: {0}(1,1): the file is not a lock")]
    [DataRow("diff {0} --to-repo " + Far, "",
        "AIRGAP2249: '{0}' is neither a lock, a receipt, a relocation.json nor a project: it is empty.")]
    [DataRow("prune --repo " + Far + " --plan p.json --keep {0}", "\0\u0001", "nor a project: it is not text.")]
    [DataRow("prune --repo " + Far + " --plan p.json --keep " + Far + ":1", "", "AIRGAP2249: '" + Far + ":1' is no file, but names an image")]
    [DataRow("diff --receipt " + Far + ":1 --to-repo " + Far, "", "AIRGAP2114: '" + Far + ":1' is no file, but names an image")]
    public async Task EachFlag_NamesTheKindThatItExpects(string line, string content, string expected)
    {
        File.WriteAllText(Doc, content);
        CliResult refused = await InProcess.RunAsync([.. line.Split(' ').Select(word => string.Format(null, word, Doc))]);
        refused.AssertFailed(string.Format(null, expected, Doc));
    }

    [TestMethod]
    public async Task WhatPowerShellRedirects_IsReadByItsMark_AndNamedWithoutOne()
    {
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        CliResult copy = await InProcess.RunAsync("copy", "-b", Bundle, "--to-repo", $"{far.Host}/apps/it", "--json");
        string[] mirrors = ["mirrors", "--from", Doc, "--format", "registries.conf", "-o", _folder["out"]];
        foreach (Encoding encoding in new Encoding[] { Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            File.WriteAllText(Doc, copy.Output, encoding);
            CliResult read = await InProcess.RunAsync(mirrors);
            Assert.AreEqual(0, read.ExitCode, read.Error);
        }

        File.WriteAllBytes(Doc, Encoding.Unicode.GetBytes(copy.Output));
        CliResult unmarked = await InProcess.RunAsync(mirrors);
        unmarked.AssertFailed("it is UTF-16 without a byte order mark: save it as UTF-8");
        File.WriteAllBytes(Doc, Encoding.Unicode.GetBytes("kind: ImagesLock\n"));
        (await InProcess.RunAsync("copy", "--lock", Doc, "--to-tar", _folder["a.tar"])).AssertFailed(
            "AIRGAP2006", "the file is UTF-16 without a byte order mark: save it as UTF-8");
    }

    [TestMethod]
    public async Task AFlagThatACommandLacks_IsNoArgument()
    {
        using StringWriter nowhere = new();
        GlobalFlags globals = new();
        CommandHost host = new(Identity.Of(Identity.OwnName, "1"), new Terminal(nowhere, nowhere, false, false), globals);
        Stack<(Command Command, string Path)> left = new([.. CommandTree.Create(host, globals).Subcommands.Select(sub => (sub, sub.Name))]);
        int count = 0;
        while (left.TryPop(out (Command Command, string Path) next))
        {
            foreach (Command sub in next.Command.Subcommands)
                left.Push((sub, $"{next.Path} {sub.Name}"));
            if (next.Command.Arguments.Count == 0)
                continue;
            count++;
            string[] needed = [.. next.Command.Arguments.Skip(1).Select(_ => "x")];
            CliResult refused = await InProcess.RunAsync([.. next.Path.Split(' '), "--no-such-flag=x", .. needed]);
            refused.AssertFailed("Unknown flag '--no-such-flag=x'.");
        }

        Assert.IsGreaterThan(8, count);
        (await InProcess.RunAsync("doctor", "--registries-conf=x")).AssertFailed("Unknown flag '--registries-conf=x'.");
    }

    [TestMethod]
    public async Task ARegistrySettingWithoutEffect_IsTold()
    {
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        File.WriteAllText(_folder["registries.conf"], "");
        string[] conf = ["--registries-conf", _folder["registries.conf"]];
        CliResult used = await InProcess.RunAsync(
            ["copy", "-b", Bundle, "--to-tar", _folder["a.tar"], "--limit-rate", $"{Source.Host}=1GB/s", "--registry-insecure", .. conf]);
        CliResult idle = await InProcess.RunAsync(
            ["copy", "--tar", _folder["a.tar"], "--to-repo", $"{far.Host}/apps/it", "--limit-rate", $"1GB/s,{Source.Host}=1GB/s", .. conf]);
        CliResult none = await InProcess.RunAsync(
            ["describe", "--tar", _folder["a.tar"], "--limit-rate", "1GB/s", "--registry-insecure", "--registry-username", "u",
                "--concurrency", "2", .. conf]);

        Assert.AreEqual(0, used.ExitCode, used.Error);
        Assert.DoesNotContain("AIRGAP1061", used.Error);
        Assert.AreEqual(0, idle.ExitCode, idle.Error);
        Assert.Contains($"AIRGAP1061: --limit-rate had no effect for {Source.Host}: this run contacted {far.Host}.", idle.Error);
        Assert.Contains("AIRGAP1061: --registries-conf had no effect: this run read no source from a registry.", idle.Error);
        Assert.Contains("AIRGAP1061: --limit-rate had no effect: this run contacted no registry.", none.Error);
        Assert.Contains(
            "AIRGAP1061: --registry-insecure and --registry-username had no effect: this run contacted no registry.", none.Error);
        Assert.Contains("AIRGAP2126: --concurrency had no effect: an archive is read, without requests.", none.Error);
    }

    [TestMethod]
    public async Task ADryRun_NamesTheFilesThatItDoesNotWrite()
    {
        CliResult dry = await InProcess.RunAsync(
            "copy", "-b", Bundle, "--to-repo", $"{Source.Host}/apps/it", "--dry-run", "--report", _folder["r.html"], "--receipt",
            _folder["receipt.json"], "--gate", "exit 1");

        Assert.AreEqual(0, dry.ExitCode, dry.Error);
        Assert.Contains("AIRGAP2248: A dry run does not write what --report and --receipt name.", dry.Error);
        Assert.Contains("AIRGAP2248: A dry run does not ask the gate: whether it approves is open.", dry.Error);
        Assert.IsFalse(File.Exists(_folder["r.html"]));
    }

    [TestMethod]
    public async Task AJobAmongSeveral_ThatCarriesOutAWholePlan_IsTold()
    {
        string[] tool = [Path.Combine(AppContext.BaseDirectory, "dotnet-airgap.dll"), "copy"];
        CliResult planned = await InProcess.RunAsync(
            "copy", "-b", Bundle, "--to-tar", _folder["a.tar"], "--plan-out", _folder["plan.json"], "--shards", "2");
        Dictionary<string, string?> environment = new() { ["JOB_COMPLETION_INDEX"] = "1" };
        CliResult whole = await Cli.RunAsync("dotnet", [.. tool, "--plan", _folder["plan.json"]], environment);
        CliResult part = await Cli.RunAsync("dotnet", [.. tool, "--plan", _folder["plan.json"], "--shard", "auto"], environment);

        Assert.AreEqual(0, planned.ExitCode, planned.Error);
        Assert.AreEqual(0, whole.ExitCode, whole.Error);
        Assert.Contains("AIRGAP2247: This is one of several jobs (JOB_COMPLETION_INDEX=1, counted from 0), but without --shard",
            whole.Error);
        Assert.AreEqual(0, part.ExitCode, part.Error);
        Assert.DoesNotContain("AIRGAP2247", part.Error);
    }
}
