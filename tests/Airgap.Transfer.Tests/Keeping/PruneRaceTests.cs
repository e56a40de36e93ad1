using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Keeping;

namespace Airgap.Transfer.Tests.Keeping;

/// <summary>Content tagged by another machine during a prune stays complete, or its loss is reported.</summary>
[TestClass]
public sealed class PruneRaceTests : PruneTestBase
{
    // The content that a relocation from another machine tags during a prune.
    [TestMethod]
    public async Task AManifestTaggedDuringAPrune_StaysWithItsContent_OrIsReported()
    {
        for (int after = 0; after < 4; after++)
        {
            await FillAsync();
            Manifest nested = (await Repository.FindManifestAsync(Root("nested-bundle").Digest.ToString(), Token))!;
            PrunePlan plan = await PlanAsync([Root("index-bundle")]);
            // In the order of the plan, so that the parts of the new content are removed last.
            plan = plan with
            {
                Remove = [.. plan.Remove.OrderBy(item => item.Digest == nested.Digest.ToString() || plan.Remove.IndexOf(item) > 3)]
            };
            int removals = -1;
            Registry.Hook = (operation, _, what) =>
            {
                // The probe is one, too. With a manifest its tags go, so that nobody sees one that comes at the very moment of its removal.
                if (operation == "remove" && what != nested.Digest.ToString() && ++removals == after)
                    Repository.AddManifest(nested, "newcomer");
                return Task.CompletedTask;
            };
            List<PrunedItem> done = [];
            AirgapException? hurt = null;
            try
            {
                await new PruneExecutor(Registry, Clock) { LookInterval = TimeSpan.Zero }.RunAsync(plan, done.Add, Token);
            }
            catch (AirgapException e)
            {
                hurt = e;
            }

            Registry.Hook = (_, _, _) => Task.CompletedTask;
            RepositoryDifference difference = await new RepositoryComparer(Registry).CompareAsync(
                [Root("nested-bundle") with { Tag = "newcomer" }], Repository.Name, withExtra: false, Token);
            // The content is complete, or its loss is reported; it is never broken silently. A locations image only saves requests.
            Assert.AreEqual(difference.Lacks.All(lack => lack.Kind == "tag"), hurt is null,
                $"after {after}: {string.Join(", ", difference.Lacks)}");
            if (hurt is not null)
                Assert.AreEqual(ErrorCode.PrunedWhileNeeded, hurt.Code);
            await AssertWholeAsync([Root("index-bundle")]);
            foreach (string tag in Repository.Tags.Keys.ToArray())
                Repository.RemoveTag(tag);
            foreach (Digest digest in Repository.Manifests.ToArray())
                Repository.Remove(digest);
        }
    }

    [TestMethod]
    public async Task ATagThatComesTooLate_IsReported()
    {
        await FillAsync();
        Manifest nested = (await Repository.FindManifestAsync(Root("nested-bundle").Digest.ToString(), Token))!;
        PrunePlan plan = await PlanAsync([Root("index-bundle")]);
        List<PrunedItem> done = [];
        // The tag is set after everything was removed: its content no longer exists.
        AirgapException hurt = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => new PruneExecutor(Registry, Clock) { LookInterval = TimeSpan.FromHours(1) }.RunAsync(
            plan,
            item =>
            {
                done.Add(item);
                if (done.Count == plan.Remove.Length)
                    Repository.AddManifest(nested, "newcomer");
            },
            Token));
        Assert.AreEqual(ErrorCode.PrunedWhileNeeded, hurt.Code);
        await AssertWholeAsync([Root("index-bundle")]);
    }

    // Between the last check and the removal there is always a moment.
    [TestMethod]
    public async Task ATagFromTheMomentOfRemoval_IsKept_WhereTheRegistryHeedsTheTimeOfTheLook()
    {
        await FillAsync();
        Digest nested = Root("nested-bundle").Digest;
        DateTimeOffset stored = Clock.Now.AddDays(-2);
        Repository.StoredAt = digest => digest == nested ? stored : Clock.Now.AddDays(-2);
        Repository.HeedsConditions = true;
        PrunePlan plan = await PlanAsync([Root("index-bundle")]);
        Manifest manifest = (await Repository.FindManifestAsync(nested.ToString(), Token))!;
        Registry.Hook = (operation, _, what) =>
        {
            if (operation == "remove" && what == nested.ToString())
            {
                Repository.AddManifest(manifest, "newcomer");
                stored = Clock.Now;
            }

            return Task.CompletedTask;
        };

        List<PrunedItem> done = await ExecuteAsync(plan);

        Registry.Hook = (_, _, _) => Task.CompletedTask;
        Assert.AreEqual(PruneOutcome.Renewed, done.Single(item => item.Item.Digest == nested.ToString()).Outcome);
        Assert.AreEqual(nested, Repository.Tags["newcomer"]);
        await AssertWholeAsync([Root("index-bundle"), Root("nested-bundle") with { Tag = "newcomer" }]);
        Assert.DoesNotContain(Root("signed-bundle").Digest, Repository.Manifests);
    }

    [TestMethod]
    public async Task ATagThatIsMovedInTheMomentOfRemoval_AndGoesWithWhatIsRemoved_IsTold()
    {
        await FillAsync();
        Digest nested = Root("nested-bundle").Digest;
        PrunePlan plan = await PlanAsync([Root("index-bundle")]);
        Manifest manifest = (await Repository.FindManifestAsync(nested.ToString(), Token))!;
        Registry.Hook = (operation, _, what) =>
        {
            if (operation == "remove" && what == nested.ToString())
                Repository.AddManifest(manifest, "index-bundle");
            return Task.CompletedTask;
        };

        AirgapException lost = await Assert.ThrowsExactlyAsync<AirgapException>(() => ExecuteAsync(plan));

        Registry.Hook = (_, _, _) => Task.CompletedTask;
        Assert.AreEqual(ErrorCode.TagVanished, lost.Code);
        Assert.Contains("index-bundle", lost.Message);
        await AssertWholeAsync([Root("index-bundle") with { Tag = null }]);
        Assert.Contains(note => note.Contains("between the last look and the removal", StringComparison.Ordinal), plan.Notes);
    }
}
