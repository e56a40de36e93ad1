using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Transfer.Keeping;

namespace Airgap.Transfer.Tests.Keeping;

/// <summary>A prune removes exactly the content that no kept content references.</summary>
[TestClass]
public sealed class PruneTests : PruneTestBase
{
    [TestMethod]
    [GoldenBundles]
    public async Task KeptContent_StaysComplete_AndNothingElseStays(string bundle)
    {
        await FillAsync();
        IReadOnlyList<KeptRoot> kept = [Root(bundle)];
        PrunePlan plan = await PlanAsync(kept);
        Schemas.AssertValid("prune", PrunePlanFile.ToJson(plan));
        Assert.IsNotEmpty(plan.Remove);
        Assert.IsEmpty(Registry.Calls.Where(call => call.StartsWith("push", StringComparison.Ordinal)), "a plan changes nothing");

        List<PrunedItem> done = await ExecuteAsync(plan);

        Assert.IsTrue(done.All(item => item.Outcome == PruneOutcome.Removed), string.Join('\n', done));
        await AssertWholeAsync(kept);
        Assert.HasCount((await ReachAsync(kept)).Count, Repository.Manifests, "what nothing kept leads to is gone");
        Assert.IsTrue(Repository.Tags.Values.All(Repository.Manifests.Contains), "no tag stands for nothing");
        Assert.IsTrue((await ExecuteAsync(plan)).All(item => item.Outcome == PruneOutcome.Gone), "a second run finds all done");
        Assert.IsEmpty((await PlanAsync(kept)).Remove);
    }

    [TestMethod]
    public async Task AListOfReferrersThatBreaksOff_IsNoReasonToRemoveTheOthers()
    {
        await FillAsync();
        KeptRoot[] kept = [Root("simple-app-bundle")];
        PrunePlan plan = await PlanAsync(kept);
        Repository.BreaksReferrers = true;
        int before = Repository.Manifests.Count;

        AirgapException planned = await Assert.ThrowsExactlyAsync<AirgapException>(() => PlanAsync(kept));
        AirgapException executed = await Assert.ThrowsExactlyAsync<AirgapException>(() => ExecuteAsync(plan));

        Assert.AreEqual(ErrorCode.RegistryFailed, planned.Code);
        StringAssert.Contains(planned.Message, $"only the first of the referrers of {Place}@sha256:");
        Assert.AreEqual(ErrorCode.RegistryFailed, executed.Code);
        Assert.HasCount(before, Repository.Manifests);
    }

    [TestMethod]
    public async Task ARunThatIsCut_LeavesWhatIsKeptWhole_AndAnotherContinuesIt()
    {
        for (int seed = 0; seed < 12; seed++)
        {
            Random random = new(seed);
            await FillAsync();
            KeptRoot[] kept = [.. Bundles.Where(_ => random.Next(3) == 0).DefaultIfEmpty(Bundles[seed % 5]).Select(Root)];
            PrunePlan plan = await PlanAsync(kept);
            int left = random.Next(plan.Remove.Length + 1);
            // The probe is one, too.
            int removals = -1;
            Registry.Hook = (operation, _, _) => operation == "remove" && removals++ == left
                ? throw new AirgapException(ErrorCode.RegistryUnreachable, "Cut.", "") : Task.CompletedTask;
            if (left < plan.Remove.Length)
                await Assert.ThrowsExactlyAsync<AirgapException>(() => ExecuteAsync(plan), $"seed {seed}");
            Registry.Hook = (_, _, _) => Task.CompletedTask;
            await AssertWholeAsync(kept);

            await ExecuteAsync(plan);

            await AssertWholeAsync(kept);
            Assert.HasCount((await ReachAsync(kept)).Count, Repository.Manifests, $"seed {seed}");
            foreach (Digest digest in Repository.Manifests.ToArray())
                Repository.Remove(digest);
            foreach (string tag in Repository.Tags.Keys.ToArray())
                Repository.RemoveTag(tag);
        }
    }

    [TestMethod]
    public async Task AKeptBundleThatIsNotWhole_IsRefused()
    {
        await FillAsync();
        Digest[] needed = [Root("nested-bundle").Digest,
            .. (await BundlesOfAsync("nested-bundle")).Where(digest => digest != Root("nested-bundle").Digest)];
        foreach (Digest digest in needed)
        {
            Manifest manifest = (await Repository.FindManifestAsync(digest.ToString(), Token))!;
            Repository.Remove(digest);
            AirgapException refusal = await Assert.ThrowsExactlyAsync<AirgapException>(() => PlanAsync([Root("nested-bundle")]));
            Assert.AreEqual(ErrorCode.KeptNotWhole, refusal.Code, refusal.Message);
            Repository.AddManifest(manifest, null);
        }
    }

    [TestMethod]
    public async Task ARegistryThatDoesNotDelete_IsToldBeforeAnythingGoes()
    {
        await FillAsync();
        PrunePlan plan = await PlanAsync([Root("index-bundle")]);
        Repository.AnswersRemovals = 405;
        int there = Repository.Manifests.Count;
        Assert.AreEqual(ErrorCode.DeletionUnsupported,
            (await Assert.ThrowsExactlyAsync<AirgapException>(() => PlanAsync([Root("index-bundle")]))).Code);
        Assert.AreEqual(ErrorCode.DeletionUnsupported, (await Assert.ThrowsExactlyAsync<AirgapException>(() => ExecuteAsync(plan))).Code);
        Assert.HasCount(there, Repository.Manifests);
        string[] asked = [.. Registry.Calls.Where(call => call.StartsWith("remove", StringComparison.Ordinal))
            .Select(call => call.Split(' ')[2])];
        Assert.IsFalse(asked.Any(digest => Repository.Manifests.Contains(Digest.Parse(digest))), "the probe asks for what nobody has");
    }

    [TestMethod]
    public async Task ARegistryThatKeepsWhatItRemoved_IsAnError()
    {
        await FillAsync();
        PrunePlan plan = await PlanAsync([Root("index-bundle")]);
        foreach (int answer in (int[])[202, 404])
        {
            Repository.AnswersRemovals = answer;
            Assert.AreEqual(ErrorCode.StillThere, (await Assert.ThrowsExactlyAsync<AirgapException>(() => ExecuteAsync(plan))).Code);
        }
    }

    [TestMethod]
    public async Task AWaitThatIsNearlyOver_AsksTheRegistryNoMoreThanOnce()
    {
        await FillAsync();
        PrunePlan plan = await PlanAsync([Root("index-bundle")]);
        Repository.AnswersRemovals = 202;
        RemovalLimit = TimeSpan.FromMilliseconds(0.9);
        for (int i = 0; i < 20; i++)
        {
            Registry.Calls.Clear();
            await Assert.ThrowsExactlyAsync<AirgapException>(() => ExecuteAsync(plan));
            string[] calls = [.. Registry.Calls];
            int removal = Array.FindLastIndex(calls, call => call.StartsWith("remove", StringComparison.Ordinal));
            string digest = calls[removal].Split(' ')[2];
            int asked = calls.Skip(removal).Count(call => call.StartsWith("resolve", StringComparison.Ordinal)
                && call.EndsWith(digest, StringComparison.Ordinal));
            Assert.IsLessThanOrEqualTo(2, asked);
        }
    }

    [TestMethod]
    public async Task ARegistryThatRemovesLater_IsWaitedFor()
    {
        await FillAsync();
        PrunePlan plan = await PlanAsync([Root("index-bundle")]);
        Repository.RemovesAfter = TimeSpan.FromMilliseconds(40);
        RemovalLimit = TimeSpan.FromSeconds(30);

        List<PrunedItem> done = await ExecuteAsync(plan);

        Assert.IsTrue(done.All(item => item.Outcome is PruneOutcome.Removed or PruneOutcome.Gone));
        Assert.HasCount(plan.Remove.Length, done);
        await AssertWholeAsync([Root("index-bundle")]);
    }

    [TestMethod]
    public async Task WithoutTheTags_NothingIsPlanned()
    {
        await FillAsync();
        Registry.Hook = (operation, _, _) => operation == "list-tags"
            ? throw new AirgapException(ErrorCode.Unauthorized, "No.", "") : Task.CompletedTask;
        Assert.AreEqual(ErrorCode.TagsNotListed,
            (await Assert.ThrowsExactlyAsync<AirgapException>(() => PlanAsync([Root("index-bundle")]))).Code);
    }
}
