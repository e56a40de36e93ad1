using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Keeping;

namespace Airgap.Transfer.Tests.Keeping;

/// <summary>Tags whose manifest is kept: they stay, are listed, or are removed alone.</summary>
[TestClass]
public sealed class PruneTagTests : PruneTestBase
{
    [TestMethod]
    public async Task AMovedTag_KeepsBoth()
    {
        await FillAsync();
        Digest simple = Root("simple-app-bundle").Digest;
        Repository.AddManifest((await Repository.FindManifestAsync(simple.ToString(), Token))!, "index-bundle");
        PrunePlan plan = await PlanAsync([Root("index-bundle")]);
        Assert.Contains(note => note.Contains("both are kept", StringComparison.Ordinal), plan.Notes);
        await ExecuteAsync(plan);
        await AssertWholeAsync([Root("simple-app-bundle") with { Tag = null }]);
    }

    [TestMethod]
    public async Task ATagThatIsNamedAfterWhatGoes_GoesAlone_WhereItsManifestIsKept()
    {
        await FillAsync();
        // Two bundles with the same images have one locations image, under two tags.
        string stale = LocationsImage.Tag(Root("signed-bundle").Digest);
        Digest shared = Repository.Tags[LocationsImage.Tag(Root("index-bundle").Digest)];
        Repository.AddManifest((await Repository.FindManifestAsync(shared.ToString(), Token))!, stale);
        PrunePlan plan = await PlanAsync([Root("index-bundle")]);
        Assert.AreEqual(shared.ToString(), plan.StaleTags!.Value.Single(tag => tag.Tag == stale).Digest);
        Schemas.AssertValid("prune", PrunePlanFile.ToJson(plan));
        List<PrunedItem> done = await ExecuteAsync(plan);
        Assert.AreEqual(PruneOutcome.Removed, done.Single(item => item.Item.Kind == PrunedItem.TagKind).Outcome);
        Assert.DoesNotContain(stale, Repository.Tags.Keys);
        await AssertWholeAsync([Root("index-bundle")]);
    }

    [TestMethod]
    public async Task ATagThatNothingKeptNames_IsListed_AndGoesWhereThatIsAsked()
    {
        await FillAsync();
        Repository.AddManifest((await Repository.FindManifestAsync("index-bundle", Token))!, "old-name");
        PrunePlan plan = await PlanAsync([Root("index-bundle")]);
        Assert.IsNull(plan.StaleTags);
        Assert.Contains("no kept source names it", plan.Left.Single(left => left.Tag == "old-name").Because);
        PrunePlan asked = await PlanAsync([Root("index-bundle")], staleTags: true);
        Assert.AreEqual("old-name", asked.StaleTags!.Value.Single().Tag);
        await ExecuteAsync(asked);
        Assert.DoesNotContain("old-name", Repository.Tags.Keys);
        await AssertWholeAsync([Root("index-bundle")]);
        Assert.IsEmpty((await ExecuteAsync(asked)).Where(item => item.Outcome != PruneOutcome.Gone));
    }

    [TestMethod]
    public async Task ARegistryThatDeletesNoTagAlone_IsTold_AndOneThatTakesTheManifestWithIt_GetsItBack()
    {
        await FillAsync();
        Manifest kept = (await Repository.FindManifestAsync("index-bundle", Token))!;
        Repository.AddManifest(kept, "old-name");
        PrunePlan plan = await PlanAsync([Root("index-bundle")], staleTags: true);
        Registry.Hook = (operation, _, what) => operation == "remove" && what == "old-name"
            ? throw new AirgapException(ErrorCode.RegistryRefused, "DIGEST_INVALID.", "") : Task.CompletedTask;
        PrunedItem refused = (await ExecuteAsync(plan)).Single(item => item.Item.Kind == PrunedItem.TagKind);
        Assert.AreEqual(PruneOutcome.Refused, refused.Outcome);
        Assert.AreEqual(ErrorCode.TagNotRemoved, refused.Refusal!.Code);

        Registry.Hook = (operation, _, what) =>
        {
            if (operation == "remove" && what == "old-name")
                Repository.Remove(kept.Digest);
            return Task.CompletedTask;
        };
        AirgapException took = await Assert.ThrowsExactlyAsync<AirgapException>(() => ExecuteAsync(plan));
        Registry.Hook = (_, _, _) => Task.CompletedTask;
        Assert.AreEqual(ErrorCode.TagTookManifest, took.Code);
        await AssertWholeAsync([Root("index-bundle")]);
    }
}
