using System.Text.Json.Nodes;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>The visible result of a finish, and the output of shards of archives.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ShardedFinishTests
{
    /// <summary>The tags of several relocations come together, or none comes.</summary>
    [TestMethod]
    public async Task AFinishOfSeveralTagsNoneWhereOneIsNotWhole()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        foreach ((string bundle, string to) in new[] { ("simple-app-bundle", "one"), ("nested-bundle", "two") })
        {
            await SucceedAsync(
                "copy", "-b", $"{source.Host}/mirror/{bundle}:v1.0.0", "--to-repo", $"{far.Host}/{to}", "--plan-out",
                folder[$"{to}.json"]);
        }

        JsonNode both = JsonNode.Parse(await File.ReadAllTextAsync(folder["one.json"]))!;
        both["relocations"]!.AsArray().Add(
            JsonNode.Parse(await File.ReadAllTextAsync(folder["two.json"]))!["relocations"]![0]!.DeepClone());
        await File.WriteAllTextAsync(folder["both.json"], both.ToJsonString());
        await SucceedAsync("copy", "--plan", folder["one.json"], "--shard", "1/1");
        CliResult early = await InProcess.RunAsync("copy", "--plan", folder["both.json"], "--finish", "--shards", "1");
        early.AssertFailed("AIRGAP2242", "no tag is set");
        using RegistryContent content = RegistryContent.At(far.Host);
        Assert.DoesNotContain("v1.0.0", await content.TagsAsync("one"));

        await SucceedAsync("copy", "--plan", folder["both.json"], "--shard", "1/1");
        await SucceedAsync("copy", "--plan", folder["both.json"], "--finish", "--shards", "1");
        Assert.Contains("v1.0.0", await content.TagsAsync("one"));
        Assert.Contains("v1.0.0", await content.TagsAsync("two"));
    }

    /// <summary>A finish judges nobody's signature, and so vouches for none.</summary>
    [TestMethod]
    public async Task VerdictsOfAPlanAreNotThoseOfTheFinish()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        await SucceedAsync(
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
        string told = await SucceedAsync(
            "copy", "--plan", folder["plan.json"], "--json", "--receipt", folder["receipt.json"], "--report", folder["report.json"]);
        foreach (string text in new[]
            { told, await File.ReadAllTextAsync(folder["receipt.json"]), await File.ReadAllTextAsync(folder["report.json"]) })
            Assert.DoesNotContain("mallory", text);
    }

    /// <summary>An archive lists all images, and a shard's holds some of their blobs.</summary>
    [TestMethod]
    public async Task AShardOfAnArchiveSaysWhatItHolds()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await SucceedAsync(
            "copy", "-b", $"{source.Host}/mirror/nested-bundle:v1.0.0", "--to-tar", folder["all.tar"], "--plan-out",
            folder["plan.json"], "--shards", "2");
        string told = await SucceedAsync("copy", "--plan", folder["plan.json"], "--shard", "1/2");
        Assert.Contains("shard 1/2: ", told);
        Assert.DoesNotContain("whole", told);
        CliResult early = await InProcess.RunAsync("copy", "--plan", folder["plan.json"], "--finish");
        Assert.Contains("until then the archive is not written", early.Error);
    }

    [TestMethod]
    public async Task ATimeline_DoesNotReplaceTheArchiveThatThePlanNames()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await SucceedAsync(
            "copy", "-b", $"{source.Host}/mirror/simple-app-bundle:v1.0.0", "--to-tar", folder["all.tar"], "--plan-out",
            folder["plan.json"], "--shards", "1");
        await File.WriteAllTextAsync(folder["all.tar"], "mine");

        CliResult refused = await InProcess.RunAsync(
            "copy", "--plan", folder["plan.json"], "--shard", "1/1", "--timeline", folder["all.tar"]);

        Assert.Contains("AIRGAP2112", refused.Error);
        Assert.AreEqual("mine", await File.ReadAllTextAsync(folder["all.tar"]));
    }

    private static async Task<string> SucceedAsync(params string[] arguments)
    {
        CliResult result = await InProcess.RunAsync(arguments);
        Assert.AreEqual(0, result.ExitCode, result.Error);
        return result.Output;
    }
}
