using System.Text.Json.Nodes;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>The visible result of a finish, and the output of shards of archives.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ShardedFinishTests
{
    /// <summary>The tags of several relocations appear together, or none appears.</summary>
    [TestMethod]
    public async Task AFinishOfSeveralTagsNoneWhereOneIsNotWhole()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        foreach ((string bundle, string to) in new[] { ("simple-app-bundle", "one"), ("nested-bundle", "two") })
        {
            await InProcess.SucceedAsync(
                "copy", "-b", $"{source.Host}/mirror/{bundle}:v1.0.0", "--to-repo", $"{far.Host}/{to}", "--plan-out",
                folder[$"{to}.json"]);
        }

        JsonNode both = JsonNode.Parse(await File.ReadAllTextAsync(folder["one.json"]))!;
        both["relocations"]!.AsArray().Add(
            JsonNode.Parse(await File.ReadAllTextAsync(folder["two.json"]))!["relocations"]![0]!.DeepClone());
        await File.WriteAllTextAsync(folder["both.json"], both.ToJsonString());
        await InProcess.SucceedAsync("copy", "--plan", folder["one.json"], "--shard", "1/1");
        CliResult early = await InProcess.RunAsync("copy", "--plan", folder["both.json"], "--finish", "--shards", "1");
        early.AssertFailed("AIRGAP2242", "no tag is set");
        using RegistryContent content = RegistryContent.At(far.Host);
        Assert.DoesNotContain("v1.0.0", await content.TagsAsync("one"));

        await InProcess.SucceedAsync("copy", "--plan", folder["both.json"], "--shard", "1/1");
        string finished = await InProcess.SucceedAsync(
            "copy", "--plan", folder["both.json"], "--finish", "--shards", "1", "--json");
        JsonNode document = JsonNode.Parse(finished)!;
        Assert.AreEqual($"{far.Host}/one, {far.Host}/two", (string?)document["destination"]);
        Assert.AreEquivalent(
            (string[])[$"{far.Host}/one", $"{far.Host}/two"],
            document["items"]!.AsArray().Select(item => ((string)item!["destination"]!).Split('@')[0]).Distinct().ToArray());
        Assert.IsNull(document["reference"]);
        Assert.Contains("v1.0.0", await content.TagsAsync("one"));
        Assert.Contains("v1.0.0", await content.TagsAsync("two"));

        string told = await InProcess.SucceedAsync(
            "copy", "--plan", folder["both.json"], "--finish", "--shards", "1", "--receipt", folder["receipt.json"], "--report",
            folder["report.json"], "--sign-key", Path.ChangeExtension(SignedStorage.Key("p256"), ".pem"), "--sign-images", "tag");
        foreach (string to in (string[])["one", "two"])
        {
            foreach (string text in (string[])[
                told, await File.ReadAllTextAsync(folder["receipt.json"]), await File.ReadAllTextAsync(folder["report.json"])])
                Assert.Contains($"{far.Host}/{to}", text);
            Assert.Contains(tag => tag.EndsWith(".sig", StringComparison.Ordinal), await content.TagsAsync(to));
        }
    }

    /// <summary>A finish verifies no signature, so it reports none.</summary>
    [TestMethod]
    public async Task VerdictsOfAPlanAreNotThoseOfTheFinish()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        await InProcess.SucceedAsync(
            "copy", "-b", $"{source.Host}/mirror/simple-app-bundle:v1.0.0", "--to-repo", $"{far.Host}/all", "--plan-out",
            folder["plan.json"]);
        JsonNode plan = JsonNode.Parse(await File.ReadAllTextAsync(folder["plan.json"]))!;
        plan["relocations"]![0]!["signatures"] = new JsonArray(new JsonObject
        {
            ["image"] = "a.corp.com/b",
            ["digest"] = $"sha256:{new string('0', 64)}",
            ["signedBy"] = new JsonArray(new JsonObject { ["name"] = "mallory", ["form"] = "cosign" }),
        });
        await File.WriteAllTextAsync(folder["plan.json"], plan.ToJsonString());
        string told = await InProcess.SucceedAsync(
            "copy", "--plan", folder["plan.json"], "--json", "--receipt", folder["receipt.json"], "--report", folder["report.json"]);
        foreach (string text in new[]
            { told, await File.ReadAllTextAsync(folder["receipt.json"]), await File.ReadAllTextAsync(folder["report.json"]) })
            Assert.DoesNotContain("mallory", text);
    }

    /// <summary>An archive lists all images; a shard's archive contains some of their blobs.</summary>
    [TestMethod]
    public async Task AShardOfAnArchiveSaysWhatItHolds()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await InProcess.SucceedAsync(
            "copy", "-b", $"{source.Host}/mirror/nested-bundle:v1.0.0", "--to-tar", folder["all.tar"], "--plan-out",
            folder["plan.json"], "--shards", "2");
        string told = await InProcess.SucceedAsync("copy", "--plan", folder["plan.json"], "--shard", "1/2");
        Assert.Contains("shard 1/2: ", told);
        Assert.DoesNotContain("whole", told);
        CliResult early = await InProcess.RunAsync("copy", "--plan", folder["plan.json"], "--finish");
        Assert.Contains("until then the archive is not written", early.Error);
    }

    /// <summary>
    /// A file with a part's name may belong to another plan, or be truncated or damaged: the finish names the shard to run again.
    /// </summary>
    [TestMethod]
    public async Task APartThatCannotBeUsedIsMadeAgain()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        async Task PlanAsync(string bundle, string plan) => await InProcess.SucceedAsync(
            "copy", "-b", $"{source.Host}/mirror/{bundle}:v1.0.0", "--to-tar", folder["all.tar"], "--plan-out", folder[plan],
            "--shards", "2");
        await PlanAsync("simple-app-bundle", "other.json");
        await InProcess.SucceedAsync("copy", "--plan", folder["other.json"], "--shard", "1");
        byte[] other = await File.ReadAllBytesAsync(folder["all.tar.shard-1-of-2"]);
        await PlanAsync("nested-bundle", "plan.json");
        string[] plan = ["copy", "--plan", folder["plan.json"]];
        await InProcess.SucceedAsync([.. plan, "--shard", "1"]);
        await InProcess.SucceedAsync([.. plan, "--shard", "2"]);
        byte[] own = await File.ReadAllBytesAsync(folder["all.tar.shard-1-of-2"]);
        await InProcess.SucceedAsync([.. plan, "--finish"]);
        byte[] whole = await File.ReadAllBytesAsync(folder["all.tar"]);
        byte[] flipped = [.. own];
        flipped[own.Length / 2] ^= 1;
        foreach ((string what, byte[] bytes) in new[]
        {
            ("another plan's", other), ("no archive", "not a tar, not at all"u8.ToArray()), ("cut", own[..(own.Length / 2)]),
            ("damaged", flipped), ("empty", []),
        })
        {
            File.Delete(folder["all.tar"]);
            await File.WriteAllBytesAsync(folder["all.tar.shard-1-of-2"], bytes);
            CliResult refused = await InProcess.RunAsync([.. plan, "--finish"]);
            Assert.AreEqual(1, refused.ExitCode, what);
            Assert.Contains("AIRGAP2242", refused.Error, what);
            Assert.Contains("shard 1/2", refused.Error, what);
            Assert.DoesNotContain("shard 2/2", refused.Error, what);
            Assert.DoesNotContain("--to-tar", refused.Error, what);
            Assert.IsFalse(File.Exists(folder["all.tar"]), what);
            await InProcess.SucceedAsync([.. plan, "--shard", "1"]);
            await InProcess.SucceedAsync([.. plan, "--finish"]);
            CollectionAssert.AreEqual(whole, await File.ReadAllBytesAsync(folder["all.tar"]), what);
        }
    }

    /// <summary>Blobs are mounted from another repository of the registry, and each shard reports its own.</summary>
    [TestMethod]
    public async Task MountsAreCounted()
    {
        using TempFolder folder = new();
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        string from = $"{registry.Host}/mirror/nested-bundle:v1.0.0";
        await InProcess.SucceedAsync(
            "copy", "-b", from, "--to-repo", $"{registry.Host}/all", "--plan-out", folder["plan.json"], "--shards", "2");
        int mounted = 0;
        foreach (string shard in new[] { "1", "2" })
        {
            JsonNode totals = JsonNode.Parse(
                await InProcess.SucceedAsync("copy", "--plan", folder["plan.json"], "--shard", shard, "--json"))!["totals"]!;
            Assert.AreEqual(0, (int)totals["copied"]!["count"]!);
            mounted += (int)totals["mounted"]!["count"]!;
        }

        Assert.AreEqual(14, mounted);
        Assert.Contains("14 blobs already there", await InProcess.SucceedAsync("copy", "--plan", folder["plan.json"], "--finish"));
        Assert.Contains(
            "blobs already there", await InProcess.SucceedAsync("copy", "--plan", folder["plan.json"], "--shard", "1"), "a second time");

        // For an archive, each shard counts its own blobs, although each part contains all configs.
        await InProcess.SucceedAsync("copy", "-b", from, "--to-tar", folder["all.tar"], "--plan-out", folder["tar.json"], "--shards", "2");
        int copied = 0;
        foreach (string shard in new[] { "1", "2" })
        {
            copied += (int)JsonNode.Parse(
                await InProcess.SucceedAsync(
                    "copy", "--plan", folder["tar.json"], "--shard", shard, "--json"))!["totals"]!["copied"]!["count"]!;
        }

        Assert.AreEqual(14, copied);
    }

    [TestMethod]
    public async Task ADryRunOfAPlanSaysWhatToDo()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        string[] copy = ["copy", "-b", $"{source.Host}/mirror/simple-app-bundle:v1.0.0", "--to-repo", $"{source.Host}/all"];
        await InProcess.SucceedAsync([.. copy, "--plan-out", folder["plan.json"]]);
        byte[] plan = await File.ReadAllBytesAsync(folder["plan.json"]);
        CliResult refused = await InProcess.RunAsync([.. copy, "--dry-run", "--plan", folder["plan.json"]]);
        Assert.Contains("AIRGAP2246", refused.Error);
        Assert.Contains("write the plan of the dry run elsewhere (--dry-run --plan FILE)", refused.Error);
        Assert.Contains("or carry this one out (copy --plan … --shard, then --finish, without --dry-run)", refused.Error);
        foreach (string[] more in new string[][] { [], ["--shard", "1/2"], ["--finish"] })
        {
            refused = await InProcess.RunAsync(["copy", "--dry-run", "--plan", folder["plan.json"], .. more]);
            Assert.Contains("AIRGAP2011", refused.Error);
            Assert.Contains("leave --dry-run out", refused.Error);
        }

        CollectionAssert.AreEqual(plan, await File.ReadAllBytesAsync(folder["plan.json"]));
    }

    [TestMethod]
    public async Task ATimeline_DoesNotReplaceTheArchiveThatThePlanNames()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await InProcess.SucceedAsync(
            "copy", "-b", $"{source.Host}/mirror/simple-app-bundle:v1.0.0", "--to-tar", folder["all.tar"], "--plan-out",
            folder["plan.json"], "--shards", "1");
        await File.WriteAllTextAsync(folder["all.tar"], "mine");

        CliResult refused = await InProcess.RunAsync(
            "copy", "--plan", folder["plan.json"], "--shard", "1/1", "--timeline", folder["all.tar"]);

        Assert.Contains("AIRGAP2112", refused.Error);
        Assert.AreEqual("mine", await File.ReadAllTextAsync(folder["all.tar"]));
    }
}
