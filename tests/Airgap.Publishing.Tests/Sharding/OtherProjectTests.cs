using System.Text.Json.Nodes;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Sharding;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Tests.Sharding;

/// <summary>A plan is carried out only by its unchanged project; any other is refused before anything moves.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class OtherProjectTests
{
    private static readonly string s_other = $"sha256:{new string('1', 64)}";

    [TestMethod]
    public async Task AnotherProject_IsRefused()
    {
        await using StageBench bench = await StageBench.StartAsync();
        (RegistryFixture source, RegistryFixture far, TempFolder folder, Stages stages) = bench;
        PublishItem bundle = stages.Items[0];
        PublishItem other = PublishItems.Bundle($"{source.Host}/mirror/nested-bundle:v1.0.0");
        await stages.With(settings => settings with { Shards = 4 }).PlanAsync();
        source.Clear();
        far.Clear();
        await RefusedAsync("1 relocations, but the project has 2", stages.WithItems(bundle, other));
        await RefusedAsync("nested-bundle:v1.0.0'", stages.WithItems(other));
        await RefusedAsync($"but the project to {far.Host}/else/simple-app-bundle",
            stages.With(settings => settings with { Registry = $"{far.Host}/else" }));
        await RefusedAsync("to imgpkg archive", stages.With(settings => settings with { Registry = "", Archive = "a.tar" }));
        await RefusedAsync("'artifacts all'", stages.With(settings => settings with { Artifacts = ArtifactChoice.None }));
        await RefusedAsync("the project names no destination", stages.With(settings => settings with { Registry = "" }));
        await RefusedAsync("is 3, but the plan is for 4",
            stages.With(settings => settings with { Shards = 3 }), ErrorCode.InvalidShard);
        AirgapException shard = await Assert.ThrowsExactlyAsync<AirgapException>(() => stages.ShardAsync("3/8"));
        Assert.AreEqual(ErrorCode.InvalidShard, shard.Code);
        Assert.IsEmpty(source.Requests);
        Assert.IsEmpty(far.Requests);

        string digest = JsonNode.Parse(await File.ReadAllTextAsync(stages.PlanFile))!["relocations"]![0]!["declared"]!["pin"]!.ToString();
        await stages.ShardAsync("auto", name => name == "JOB_COMPLETION_INDEX" ? "3" : null);
        await File.WriteAllTextAsync(folder["airgap.lock.json"], $$"""
            { "version": 1, "items": { "{{bundle.Include}}": "{{s_other}}" } }
            """);
        foreach (int number in new[] { 1, 2, 3 })
            await stages.ShardAsync($"{number}");
        AirgapException pinned = await Assert.ThrowsExactlyAsync<AirgapException>(() => stages.FinishAsync());
        Assert.AreEqual(ErrorCode.PlanOfOtherProject, pinned.Code, pinned.Message);
        Assert.Contains($"the project pins {s_other}, but the plan pins {digest}", pinned.Message);
        using RegistryContent content = RegistryContent.At(far.Host);
        Assert.DoesNotContain("v1.0.0", await content.TagsAsync("apps/simple-app-bundle"));
    }

    /// <summary>A bundle that is being made has no signature, and a changed plan could replace it.</summary>
    [TestMethod]
    public async Task ABundleThatTheProjectMakes_IsRefused_IfSignaturesAreRequired()
    {
        using TempFolder folder = new();
        PublishItem made = PublishItems.Bundle("nowhere.local/own:1") with { IsProduced = true };
        Stages stages = new(
            PublishItems.To("far.local/apps", folder.Path) with
            {
                Trust = [new TrustItem(TrustItem.Everywhere,
                    new Dictionary<string, string> { [TrustItem.Key] = SignedStorage.Key("p256") }, null)]
            },
            made);
        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(() => stages.PlanAsync());
        Assert.AreEqual(ErrorCode.PlanNotShared, refused.Code, refused.Message);
    }

    [TestMethod]
    public async Task APlan_ReplacesOnlyAPlan()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        Stages stages = new(
            PublishItems.To("far.local/apps", folder.Path), PublishItems.Bundle($"{source.Host}/mirror/simple-app-bundle:v1.0.0"));
        await File.WriteAllTextAsync(stages.PlanFile, "<Project />");
        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(() => stages.PlanAsync());
        Assert.AreEqual(ErrorCode.PlanStageUnclear, refused.Code, refused.Message);
        Assert.AreEqual("<Project />", await File.ReadAllTextAsync(stages.PlanFile));
        File.Delete(stages.PlanFile);
        await stages.PlanAsync();
        byte[] first = await File.ReadAllBytesAsync(stages.PlanFile);
        await stages.PlanAsync();
        CollectionAssert.AreEqual(first, await File.ReadAllBytesAsync(stages.PlanFile), "twice the same plan");
    }

    /// <summary>A plan pins a tag to the digest that it relocates.</summary>
    [TestMethod]
    public async Task APinOfAnotherDigest_IsRefused()
    {
        await using StageBench bench = await StageBench.StartAsync();
        (_, _, _, Stages stages) = bench;
        await stages.PlanAsync();
        await stages.ShardAsync("1/1");
        JsonNode plan = JsonNode.Parse(await File.ReadAllTextAsync(stages.PlanFile))!;
        plan["relocations"]![0]!["declared"]!["pin"] = s_other;
        await File.WriteAllTextAsync(stages.PlanFile, plan.ToJsonString());
        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(() => stages.FinishAsync());
        Assert.AreEqual(ErrorCode.PlanOfOtherProject, refused.Code, refused.Message);
        plan["relocations"]![0]!.AsObject().Remove("declared");
        await File.WriteAllTextAsync(stages.PlanFile, plan.ToJsonString());
        refused = await Assert.ThrowsExactlyAsync<AirgapException>(() => stages.FinishAsync());
        Assert.Contains("it was not made from a project", refused.Message);
    }

    [TestMethod]
    [DataRow("Whole", "AirgapPlan is set, but no stage")]
    [DataRow("Plan", "")]
    [DataRow("Finish", "")]
    public void AStage_IsRequestedByOneWord(string word, string problem)
    {
        PublishStage target = Enum.Parse<PublishStage>(word);
        PublishSettings settings = PublishItems.To("a.corp.com/b") with { Plan = "plan.json" };
        Assert.AreEqual(target, PlanStages.Read(settings, target, null, out var problems));
        Assert.AreEqual(problem.Length > 0 ? 1 : 0, problems.Length);
        if (problem.Length > 0)
            Assert.Contains(problem, problems[0].Message);
        foreach ((string property, PublishSettings wrong) in new[]
        {
            ("AirgapDryRun", settings with { DryRun = true }), ("AirgapKeepGoing", settings with { KeepGoing = true }),
            ("AirgapRepair", settings with { Repair = true }), ("AirgapSourceArchive", settings with { SourceArchive = "a.tar" }),
            ("AirgapPlan", settings with { Plan = "" }), ("AirgapShards", settings with { Shards = 10_001 }),
        })
        {
            foreach (PublishStage stage in target == PublishStage.Whole ? [] : new[] { target, PublishStage.Shard })
            {
                PublishSettings asked = stage == PublishStage.Shard ? wrong with { Shard = "1/2" } : wrong;
                Assert.AreEqual(
                    stage, PlanStages.Read(asked, stage == PublishStage.Shard ? PublishStage.Whole : stage, null, out problems));
                Assert.IsTrue(problems.All(each => each.Code == ErrorCode.PlanStageUnclear));
                Assert.Contains(property, Assert.ContainsSingle(problems).Message);
            }
        }

        if (target != PublishStage.Whole)
        {
            PlanStages.Read(settings with { Shard = "1/2" }, target, null, out problems);
            Assert.Contains("AirgapShard cannot be combined with", Assert.ContainsSingle(problems).Message);
        }
    }

    private static async Task RefusedAsync(string why, Stages stages, ErrorCode code = ErrorCode.PlanOfOtherProject)
    {
        foreach (Func<Task> stage in new Func<Task>[] { () => stages.ShardAsync("1/4"), () => stages.FinishAsync() })
        {
            AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(stage);
            Assert.AreEqual(code, refused.Code, refused.Message);
            Assert.Contains(why, refused.Message);
        }
    }
}
