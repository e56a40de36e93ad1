using System.Text;
using System.Text.Json;
using Airgap.Oci.Naming;
using Airgap.Publishing;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;

namespace Airgap.Tool.Tests;

/// <summary>One plan, carried out by several runs: their output, files and refusals.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ShardedCopyTests
{
    private const string Nested = "mirror/nested-bundle:v1.0.0";

    [TestMethod]
    public async Task ThreeShardsAndAFinishLeaveWhatOneCopyLeaves()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        await InProcess.SucceedAsync(
            "copy", "-b", $"{source.Host}/{Nested}", "--to-repo", $"{far.Host}/alone/all", "--lock-output", folder["alone.yml"]);
        string plan = folder["plan.json"];
        string planned = await InProcess.SucceedAsync(
            "copy", "-b", $"{source.Host}/{Nested}", "--to-repo", $"{far.Host}/together/all", "--plan-out", plan, "--shards", "3");
        Assert.Contains("nothing was moved", planned);
        Assert.Contains("3 shards of ", planned);
        using RegistryContent content = RegistryContent.At(far.Host);
        Assert.DoesNotContain("together/all", await content.RepositoriesAsync());

        Assert.Contains("shard 1/3: ", await InProcess.SucceedAsync("copy", "--plan", plan, "--shard", "1/3"));
        await InProcess.SucceedAsync("copy", "--plan", plan, "--shard", "3");
        CliResult early = await InProcess.RunAsync("copy", "--plan", plan, "--finish");
        early.AssertFailed("AIRGAP2242", "shard 2/3 has to run again");
        Assert.DoesNotContain("v1.0.0", await content.TagsAsync("together/all"));

        await InProcess.SucceedAsync("copy", "--plan", plan, "--shard", "2/3");
        source.Clear();
        string finished = await InProcess.SucceedAsync(
            "copy", "--plan", plan, "--finish", "--lock-output", folder["together.yml"], "--report", folder["report.html"],
            "--receipt", folder["receipt.json"]);
        Assert.IsEmpty(source.Requests, "a finish asks the source for nothing");
        Assert.Contains($"{far.Host}/together/all@sha256:", finished);
        CollectionAssert.AreEquivalent(
            (await content.TagsAsync("alone/all")).ToArray(), (await content.TagsAsync("together/all")).ToArray());
        Assert.AreEqual(
            (await content.AssertCompleteAsync("alone/all", "v1.0.0")).Count,
            (await content.AssertCompleteAsync("together/all", "v1.0.0")).Count);
        Assert.AreEqual(
            (await File.ReadAllTextAsync(folder["alone.yml"])).Replace("/alone/", "/together/", StringComparison.Ordinal),
            await File.ReadAllTextAsync(folder["together.yml"]));
        Assert.IsTrue(File.Exists(folder["report.html"]));
        await InProcess.SucceedAsync("diff", "--receipt", folder["receipt.json"], "--to-repo", $"{far.Host}/together/all");

        far.Clear();
        using JsonDocument again = JsonDocument.Parse(await InProcess.SucceedAsync("copy", "--plan", plan, "--shard", "2/3", "--json"));
        Assert.AreEqual("2/3", again.RootElement.GetProperty("shard").GetString());
        Assert.AreEqual(0, again.RootElement.GetProperty("totals").GetProperty("copied").GetProperty("count").GetInt32());
        Assert.DoesNotContain("PUT", far.Requests.Select(request => request.Method));
    }

    [TestMethod]
    public async Task APlanByItselfIsCarriedOutWhole()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        await InProcess.SucceedAsync(
            "copy", "-b", $"{source.Host}/mirror/signed-bundle:v1.0.0", "--artifacts", "--to-repo", $"{far.Host}/all", "--plan-out",
            folder["plan.json"]);
        await InProcess.SucceedAsync("copy", "--plan", folder["plan.json"]);
        using RegistryContent content = RegistryContent.At(far.Host);
        await content.AssertCompleteAsync("all", "v1.0.0");
    }

    /// <summary>Also for an archive: temporary files are removed, and the output names the shards' files as no longer needed.</summary>
    [TestMethod]
    public async Task AnArchiveByAPlanLeavesNothingUnsaid()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        string[] copy = ["copy", "-b", $"{source.Host}/{Nested}", "--to-tar", folder["all.tar"]];
        await InProcess.SucceedAsync([.. copy, "--plan-out", folder["plan.json"]]);
        await InProcess.SucceedAsync("copy", "--plan", folder["plan.json"]);
        CollectionAssert.AreEquivalent(
            (string[])[folder["all.tar"], folder["plan.json"]], Directory.GetFiles(folder.Path).ToArray());
        byte[] byPlan = await File.ReadAllBytesAsync(folder["all.tar"]);
        File.Delete(folder["all.tar"]);
        await InProcess.SucceedAsync("copy", "--plan", folder["plan.json"], "--shard", "1/2");
        await InProcess.SucceedAsync("copy", "--plan", folder["plan.json"], "--shard", "2/2");
        for (int run = 0; run < 2; run++)
        {
            string finished = await InProcess.SucceedAsync("copy", "--plan", folder["plan.json"], "--finish", "--shards", "2");
            Assert.Contains("all.tar.shard-*, are no longer needed", finished);
        }

        CollectionAssert.AreEqual(byPlan, await File.ReadAllBytesAsync(folder["all.tar"]));
        await InProcess.SucceedAsync([.. copy[..^1], folder["alone.tar"]]);
        CollectionAssert.AreEqual(byPlan, await File.ReadAllBytesAsync(folder["alone.tar"]));
    }

    /// <summary>No registry has a derived bundle: the plan contains its bytes.</summary>
    [TestMethod]
    public async Task AChosenPlatformIsInThePlan()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        string[] copy = ["copy", "-b", $"{source.Host}/mirror/index-bundle:v1.0.0", "--platform", "linux/amd64", "--to-repo"];
        await InProcess.SucceedAsync([.. copy, $"{far.Host}/alone"]);
        await InProcess.SucceedAsync([.. copy, $"{far.Host}/together", "--plan-out", folder["plan.json"], "--shards", "2"]);
        await InProcess.SucceedAsync("copy", "--plan", folder["plan.json"], "--shard", "1");
        await InProcess.SucceedAsync("copy", "--plan", folder["plan.json"], "--shard", "2");
        await InProcess.SucceedAsync("copy", "--plan", folder["plan.json"], "--finish");
        using RegistryContent content = RegistryContent.At(far.Host);
        CollectionAssert.AreEquivalent((await content.TagsAsync("alone")).ToArray(), (await content.TagsAsync("together")).ToArray());
        await content.AssertCompleteAsync("together", "v1.0.0");
    }

    /// <summary>A dry run never overwrites a plan that shards need.</summary>
    [TestMethod]
    public async Task ADryRunDoesNotReplaceAPlanToCarryOut()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        string[] copy = ["copy", "-b", $"{source.Host}/{Nested}", "--to-repo", "far.local/all"];
        await InProcess.SucceedAsync([.. copy, "--plan-out", folder["plan.json"]]);
        byte[] plan = await File.ReadAllBytesAsync(folder["plan.json"]);
        source.Clear();
        foreach (string schema in new[] { "", "\"$schema\": \"https://host.example/airgap.plan.schema.json\",\n  " })
        {
            await File.WriteAllTextAsync(
                folder["plan.json"], Encoding.UTF8.GetString(plan)
                .Replace("\"airgapPlan\"", $"{schema}\"airgapPlan\"", StringComparison.Ordinal));
            CliResult refused = await InProcess.RunAsync([.. copy, "--dry-run", "--plan", folder["plan.json"]]);
            refused.AssertFailed("AIRGAP2246");
            Assert.Contains("\"airgapPlan\": 1", await File.ReadAllTextAsync(folder["plan.json"]));
        }

        Assert.IsEmpty(source.Requests);
        // The plan of another dry run is replaced, as before.
        await File.WriteAllTextAsync(folder["other.json"], "{ \"summary\": \"\" }");
        CliResult dry = await InProcess.RunAsync(
            ["copy", "-b", $"{source.Host}/{Nested}", "--to-repo", $"{source.Host}/far/all", "--dry-run", "--plan", folder["other.json"]]);
        Assert.AreEqual(0, dry.ExitCode, dry.Error);
        Assert.Contains("\"items\"", await File.ReadAllTextAsync(folder["other.json"]));
    }

    /// <summary>A gate approves the plan, and shards move only the approved content.</summary>
    [TestMethod]
    public async Task TheGateIsAskedWhenThePlanIsWritten()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        string[] copy = ["copy", "-b", $"{source.Host}/{Nested}", "--to-repo", "far.local/all", "--plan-out", folder["plan.json"]];
        CliResult refused = await InProcess.RunAsync(
            [.. copy, "--gate", "exit 3", "--registry-insecure", "--registry-retry-count", "0"]);
        Assert.AreEqual(1, refused.ExitCode);
        Assert.IsFalse(File.Exists(folder["plan.json"]));
    }

    [TestMethod]
    public async Task ShardsOfOneMachineDoNotHoldOneAnotherOutAndAPruneWaitsForThem()
    {
        using TempFolder folder = new();
        RelocationDestination place = new RelocationDestination.Repository(RepositoryName.Parse("far.local/all"));
        DestinationLock shards = new(folder["locks"], TimeSpan.FromSeconds(1)), prune = new(folder["locks"], TimeSpan.Zero);
        using IDisposable? one = await shards.EnterAsync(place, SilentObserver.Instance, CancellationToken.None);
        using IDisposable? other = await shards.EnterAsync(place, SilentObserver.Instance, CancellationToken.None);
        Assert.IsNotNull(other);
        await Assert.ThrowsExactlyAsync<Airgap.Oci.AirgapException>(
            () => prune.AcquireExclusiveAsync(place, SilentObserver.Instance, CancellationToken.None));
    }

    [TestMethod]
    public async Task AnInvalidCombination_IsRefused_BeforeAnyRequest()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await InProcess.SucceedAsync(
            "copy", "-b", $"{source.Host}/{Nested}", "--to-repo", $"{source.Host}/far/all", "--plan-out", folder["good.json"], "--shards",
            "2");
        await File.WriteAllTextAsync(folder["none.json"], "{\"schemaVersion\": 1}");
        source.Clear();
        string[][] cases =
        [
            ["AIRGAP2241", "--plan", "good.json", "--shard", "3/2"],
            ["AIRGAP2241", "--plan", "good.json", "--shard", "1/3"],
            ["AIRGAP2241", "--plan", "good.json", "--shard", "auto"],
            ["AIRGAP2241", "--plan", "good.json", "--finish", "--shards", "3"],
            ["--shard", "--plan", "good.json", "--shard", "1/2", "--finish"],
            ["--plan", "--shard", "1/2"],
            ["--plan", "--finish"],
            ["--bundle", "-b", "a.corp.com/b:1", "--plan", "good.json"],
            ["--to-repo", "--to-repo", "a.corp.com/b", "--plan", "good.json", "--finish"],
            ["--gate", "--plan", "good.json", "--finish", "--gate", "true"],
            ["--verify-key", "--plan", "good.json", "--finish", "--verify-key", "k.pem"],
            ["--lock-output", "--plan", "good.json", "--shard", "1/2", "--lock-output", "lock.yml"],
            ["--lock-output", "-b", "a.corp.com/b:1", "--to-repo", "a.corp.com/c", "--plan-out", "p.json", "--lock-output", "lock.yml"],
            ["--keep-going", "-b", "a.corp.com/b:1", "--to-repo", "a.corp.com/c", "--plan-out", "p.json", "--keep-going"],
            ["--dry-run", "-b", "a.corp.com/b:1", "--to-repo", "a.corp.com/c", "--plan-out", "p.json", "--dry-run"],
            ["--shards", "-b", "a.corp.com/b:1", "--to-repo", "a.corp.com/c", "--shards", "8"],
            ["AIRGAP2243", "--tar", "a.tar", "--to-repo", "a.corp.com/c", "--plan-out", "p.json"],
            ["AIRGAP2243", "-b", "a.corp.com/b:1", "--to-oci", "layout", "--plan-out", "p.json"],
            ["AIRGAP2243", "-b", "a.corp.com/b:1", "--to-repo", "a.corp.com", "--repo-template", "{registry}/{source.repository}",
                "--plan-out", "p.json"],
        ];
        foreach (string[] flags in cases)
        {
            CliResult refused = await InProcess.RunAsync(
                ["copy", .. flags[1..].Select(flag => flag.EndsWith(".json", StringComparison.Ordinal) ? folder[flag] : flag)]);
            Assert.AreEqual(1, refused.ExitCode, string.Join(' ', flags));
            Assert.Contains(flags[0], refused.Error, string.Join(' ', flags));
        }

        Assert.IsFalse(File.Exists(folder["p.json"]));
        Assert.IsEmpty(source.Requests);
    }
}
