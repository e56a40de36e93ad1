using Airgap.Oci;
using Airgap.Transfer.Keeping;

namespace Airgap.Transfer.Tests.Keeping;

/// <summary>Content that is new or changed since the plan stays, with everything it references.</summary>
[TestClass]
public sealed class PruneGraceTests : PruneTestBase
{
    [TestMethod]
    public async Task AManifestTaggedSinceThePlan_StaysWithItsContent()
    {
        await FillAsync();
        KeptRoot[] kept = [Root("index-bundle")];
        PrunePlan plan = await PlanAsync(kept);
        Digest nested = Root("nested-bundle").Digest;
        Repository.AddManifest((await Repository.FindManifestAsync(nested.ToString(), Token))!, "again");

        List<PrunedItem> done = await ExecuteAsync(plan);

        Assert.AreEqual(PruneOutcome.Needed, done.Single(item => item.Item.Digest == nested.ToString()).Outcome);
        await AssertWholeAsync([.. kept, Root("nested-bundle") with { Tag = null }]);
        Assert.DoesNotContain(Root("signed-bundle").Digest, Repository.Manifests);
    }

    [TestMethod]
    public async Task AManifestPushedAgainSinceThePlan_StaysWithItsContent()
    {
        await FillAsync();
        Repository.StoredAt = _ => Clock.Now.AddDays(-2);
        PrunePlan plan = await PlanAsync([Root("index-bundle")]);
        Digest nested = Root("nested-bundle").Digest;
        Repository.StoredAt = digest => digest == nested ? Clock.Now.AddMinutes(1) : Clock.Now.AddDays(-2);

        List<PrunedItem> done = await ExecuteAsync(plan);

        Assert.AreEqual(PruneOutcome.Renewed, done.Single(item => item.Item.Digest == nested.ToString()).Outcome);
        await AssertWholeAsync([Root("nested-bundle") with { Tag = null }]);
    }

    [TestMethod]
    public async Task AManifestWithinTheGracePeriod_StaysWithItsContent()
    {
        await FillAsync();
        Digest nested = Root("nested-bundle").Digest;
        Repository.StoredAt = digest => digest == nested ? Clock.Now.AddHours(-1) : Clock.Now.AddDays(-30);
        PrunePlan plan = await PlanAsync([Root("index-bundle")], TimeSpan.FromDays(7));
        Assert.IsNull(plan.NotBefore);
        Assert.Contains(nested.ToString(), plan.Left.Select(left => left.Digest));
        await ExecuteAsync(plan);
        await AssertWholeAsync([Root("index-bundle"), Root("nested-bundle")]);
        Assert.DoesNotContain(Root("signed-bundle").Digest, Repository.Manifests);
    }

    [TestMethod]
    public async Task TheGracePeriod_CountsFromThePlan_IfNoAgeIsKnown()
    {
        await FillAsync();
        PrunePlan plan = await PlanAsync([Root("index-bundle")], TimeSpan.FromDays(7));
        Assert.Contains(PruneNotes.AgeUnknown, plan.Notes);
        Assert.AreEqual(ErrorCode.GraceNotOver, (await Assert.ThrowsExactlyAsync<AirgapException>(() => ExecuteAsync(plan))).Code);
        Assert.Contains(Root("signed-bundle").Digest, Repository.Manifests);
        Clock.Now = Clock.Now.AddDays(7).AddSeconds(1);
        Assert.IsTrue((await ExecuteAsync(plan)).All(item => item.Outcome == PruneOutcome.Removed));
    }
}
