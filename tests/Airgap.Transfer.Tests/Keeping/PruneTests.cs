using System.Text.Json.Nodes;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Keeping;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Tests.Keeping;

[TestClass]
public sealed class PruneTests : RelocatorTestBase
{
    private const string Place = "other.corp.com/apps/all";
    private static readonly string[] s_bundles = ["simple-app-bundle", "nested-bundle", "signed-bundle", "index-bundle", "foreign-bundle"];
    private readonly ManualTime _clock = new();

    private FakeRepository Repository => Registry.Get(Place);

    [TestMethod]
    [DataRow("simple-app-bundle")]
    [DataRow("nested-bundle")]
    [DataRow("signed-bundle")]
    [DataRow("index-bundle")]
    [DataRow("foreign-bundle")]
    public async Task WhatIsKeptStaysWholeAndNothingElse(string bundle)
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
    public async Task ARunThatIsCutLeavesWhatIsKeptWholeAndAnotherGoesOn()
    {
        for (int seed = 0; seed < 12; seed++)
        {
            Random random = new(seed);
            await FillAsync();
            KeptRoot[] kept = [.. s_bundles.Where(_ => random.Next(3) == 0).DefaultIfEmpty(s_bundles[seed % 5]).Select(Root)];
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
    public async Task WhatGotATagSinceThePlanStaysWithAllThatItLeadsTo()
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
    public async Task WhatWasPushedAgainSinceThePlanStaysWithAllThatItLeadsTo()
    {
        await FillAsync();
        Repository.StoredAt = _ => _clock.Now.AddDays(-2);
        PrunePlan plan = await PlanAsync([Root("index-bundle")]);
        Digest nested = Root("nested-bundle").Digest;
        Repository.StoredAt = digest => digest == nested ? _clock.Now.AddMinutes(1) : _clock.Now.AddDays(-2);

        List<PrunedItem> done = await ExecuteAsync(plan);

        Assert.AreEqual(PruneOutcome.Renewed, done.Single(item => item.Item.Digest == nested.ToString()).Outcome);
        await AssertWholeAsync([Root("nested-bundle") with { Tag = null }]);
    }

    [TestMethod]
    public async Task AMovedTagKeepsBoth()
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
    public async Task OfWhatIsNotThereNobodyKnowsWhatToKeep()
    {
        await FillAsync();
        Digest[] needed = [Root("nested-bundle").Digest,
            .. (await Bundles("nested-bundle")).Where(digest => digest != Root("nested-bundle").Digest)];
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
    public async Task ARegistryThatDoesNotDeleteIsToldBeforeAnything()
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
    public async Task ARegistryThatKeepsWhatItTookIsAnError()
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
    public async Task WithoutTheTagsNothingIsPlanned()
    {
        await FillAsync();
        Registry.Hook = (operation, _, _) => operation == "list-tags"
            ? throw new AirgapException(ErrorCode.Unauthorized, "No.", "") : Task.CompletedTask;
        Assert.AreEqual(ErrorCode.TagsNotListed,
            (await Assert.ThrowsExactlyAsync<AirgapException>(() => PlanAsync([Root("index-bundle")]))).Code);
    }

    [TestMethod]
    public async Task WhatIsYoungerThanTheGraceStaysWithAllThatItLeadsTo()
    {
        await FillAsync();
        Digest nested = Root("nested-bundle").Digest;
        Repository.StoredAt = digest => digest == nested ? _clock.Now.AddHours(-1) : _clock.Now.AddDays(-30);
        PrunePlan plan = await PlanAsync([Root("index-bundle")], TimeSpan.FromDays(7));
        Assert.IsNull(plan.NotBefore);
        Assert.Contains(nested.ToString(), plan.Left.Select(left => left.Digest));
        await ExecuteAsync(plan);
        await AssertWholeAsync([Root("index-bundle"), Root("nested-bundle")]);
        Assert.DoesNotContain(Root("signed-bundle").Digest, Repository.Manifests);
    }

    [TestMethod]
    public async Task WhereNoAgeIsKnownTheGraceCountsFromThePlan()
    {
        await FillAsync();
        PrunePlan plan = await PlanAsync([Root("index-bundle")], TimeSpan.FromDays(7));
        Assert.Contains(PruneNotes.AgeUnknown, plan.Notes);
        Assert.AreEqual(ErrorCode.GraceNotOver, (await Assert.ThrowsExactlyAsync<AirgapException>(() => ExecuteAsync(plan))).Code);
        Assert.Contains(Root("signed-bundle").Digest, Repository.Manifests);
        _clock.Now = _clock.Now.AddDays(7).AddSeconds(1);
        Assert.IsTrue((await ExecuteAsync(plan)).All(item => item.Outcome == PruneOutcome.Removed));
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
        Assert.Contains("nothing that is kept names it", plan.Left.Single(left => left.Tag == "old-name").Because);
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

    // What a relocation from another machine tags in the middle of a prune.
    [TestMethod]
    public async Task WhatIsTaggedMeanwhile_StaysWithAllThatItLeadsTo()
    {
        for (int after = 0; after < 4; after++)
        {
            await FillAsync();
            Manifest nested = (await Repository.FindManifestAsync(Root("nested-bundle").Digest.ToString(), Token))!;
            PrunePlan plan = await PlanAsync([Root("index-bundle")]);
            // The order of the plan, so that the newcomer's parts go last.
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
                await new PruneExecutor(Registry, _clock) { LookInterval = TimeSpan.Zero }.RunAsync(plan, done.Add, Token);
            }
            catch (AirgapException e)
            {
                hurt = e;
            }

            Registry.Hook = (_, _, _) => Task.CompletedTask;
            RepositoryDifference difference = await new RepositoryComparer(Registry).CompareAsync(
                [Root("nested-bundle") with { Tag = "newcomer" }], Repository.Name, withExtra: false, Token);
            // Either it is whole, or it is told; never is it broken in silence. A locations image saves requests and no more.
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
    public async Task WhatComesTooLateToBeSpared_IsTold()
    {
        await FillAsync();
        Manifest nested = (await Repository.FindManifestAsync(Root("nested-bundle").Digest.ToString(), Token))!;
        PrunePlan plan = await PlanAsync([Root("index-bundle")]);
        List<PrunedItem> done = [];
        // The tag comes when all is gone: what it leads to is gone, too.
        AirgapException hurt = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => new PruneExecutor(Registry, _clock) { LookInterval = TimeSpan.FromHours(1) }.RunAsync(
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

    // Between the last look and the removal there is always a moment.
    [TestMethod]
    public async Task ATagOfThatVeryMoment_IsKept_WhereTheRegistryHeedsTheTimeOfTheLook()
    {
        await FillAsync();
        Digest nested = Root("nested-bundle").Digest;
        DateTimeOffset stored = _clock.Now.AddDays(-2);
        Repository.StoredAt = digest => digest == nested ? stored : _clock.Now.AddDays(-2);
        Repository.HeedsConditions = true;
        PrunePlan plan = await PlanAsync([Root("index-bundle")]);
        Manifest manifest = (await Repository.FindManifestAsync(nested.ToString(), Token))!;
        Registry.Hook = (operation, _, what) =>
        {
            if (operation == "remove" && what == nested.ToString())
            {
                Repository.AddManifest(manifest, "newcomer");
                stored = _clock.Now;
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
    public async Task ATagThatIsMovedInThatMoment_AndGoesWithWhatIsRemoved_IsTold()
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
        Assert.Contains(note => note.Contains("in the moment between the last look and the removal", StringComparison.Ordinal), plan.Notes);
    }

    [TestMethod]
    public async Task APlanThatIsNoneIsRefused()
    {
        await FillAsync();
        using TempFolder folder = new();
        PrunePlan plan = await PlanAsync([Root("index-bundle")]);
        await PrunePlanFile.WriteAsync(folder["plan.json"], plan, Token);
        Assert.AreEqual(PrunePlanFile.ToJson(plan), PrunePlanFile.ToJson(PrunePlanFile.Read(folder["plan.json"])));
        string text = PrunePlanFile.ToJson(plan);
        foreach (string wrong in (string[])
        [
            "", "[]", "null", "{}", text.Replace("\"schemaVersion\": 1", "\"schemaVersion\": 2", StringComparison.Ordinal),
            text.Replace("sha256:", "sha257:", StringComparison.Ordinal),
            text.Replace(Place, "https://x/y", StringComparison.Ordinal),
            text.Replace(plan.Remove[0].Digest, plan.Keep[0].Digest, StringComparison.Ordinal),
            text.Replace("Z\"", "\"", StringComparison.Ordinal),
            text.Replace("\"remove\": [", "\"remove\": [null,", StringComparison.Ordinal),
            text.Replace("\"keep\": [", "\"keep\": [null,", StringComparison.Ordinal),
            Without(text, "remove", "kind"),
            Without(text, "keep", "from"),
        ])
        {
            await File.WriteAllTextAsync(folder["wrong.json"], wrong, Token);
            Assert.AreEqual(ErrorCode.InvalidPrunePlan,
                Assert.ThrowsExactly<AirgapException>(() => PrunePlanFile.Read(folder["wrong.json"])).Code, wrong);
        }
    }

    private static string Without(string plan, string list, string field)
    {
        JsonNode root = JsonNode.Parse(plan)!;
        Assert.IsTrue(root[list]![0]!.AsObject().Remove(field));
        return root.ToJsonString();
    }

    [TestMethod]
    public void WhatLeadsToOthersGoesBeforeThem()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            Random random = new(seed);
            Digest[] digests = [.. Enumerable.Range(0, 20).Select(i => Digest.Compute([(byte)seed, (byte)i]))];
            Dictionary<Digest, ContentNode> nodes = digests.Select((digest, i) => (digest, i)).ToDictionary(
                pair => pair.digest,
                pair => new ContentNode(new Descriptor("", pair.digest, 1))
                {
                    Links = [.. Enumerable.Range(pair.i + 1, 19 - pair.i).Where(_ => random.Next(4) == 0)
                        .Select(j => new ContentLink(digests[j], LinkKind.Child))]
                });
            List<Digest> order = [.. RemovalOrder.Of(nodes, digest => digest.Hex[0] < '8')];
            Assert.HasCount(20, order);
            Assert.IsTrue(nodes.All(
                node => node.Value.Links.All(link => order.IndexOf(node.Key) < order.IndexOf(link.Target))), $"seed {seed}");
        }

        // A circle, which tags can make, is removed in any order.
        Dictionary<Digest, ContentNode> circle = new() { [Digest.Compute([1])] = Node(1, 2), [Digest.Compute([2])] = Node(2, 1) };
        Assert.HasCount(2, RemovalOrder.Of(circle, _ => false));

        static ContentNode Node(byte own, byte other) => new(new Descriptor("", Digest.Compute([own]), 1))
        {
            Links = [new ContentLink(Digest.Compute([other]), LinkKind.Artifact)]
        };
    }

    private async Task FillAsync()
    {
        foreach (string bundle in s_bundles)
        {
            await CopyToRepositoryAsync(BundleSource(bundle), Place, new PlanOptions { Artifacts = true });
            Repository.AddManifest((await Repository.FindManifestAsync("v1.0.0", Token))!, bundle);
        }

        Repository.RemoveTag("v1.0.0");
        Registry.Calls.Clear();
    }

    private KeptRoot Root(string bundle) => new(Registry.Get($"{Fixtures.Registry}/user1/{bundle}").Tags["v1.0.0"], $"{bundle}.lock.yml")
    {
        Tag = bundle
    };

    private Task<PrunePlan> PlanAsync(IReadOnlyList<KeptRoot> kept, TimeSpan grace = default, bool staleTags = false) =>
        new PrunePlanner(Registry, _clock).PlanAsync(kept, Repository.Name, grace, Token, staleTags);

    private async Task<List<PrunedItem>> ExecuteAsync(PrunePlan plan)
    {
        List<PrunedItem> done = [];
        await new PruneExecutor(Registry, _clock).RunAsync(plan, done.Add, Token);
        return done;
    }

    private async Task AssertWholeAsync(IReadOnlyList<KeptRoot> kept)
    {
        RepositoryDifference difference =
            await new RepositoryComparer(Registry).CompareAsync(kept, Repository.Name, withExtra: false, Token);
        Assert.IsTrue(difference.IsSame && difference.Unknown.IsEmpty, string.Join('\n', difference.Lacks));
        foreach (KeptRoot root in kept)
        {
            Airgap.Transfer.Verifying.VerificationResult verified = await new Airgap.Transfer.Verifying.Verifier(Registry).VerifyAsync(
                new RelocationSource.Bundle(ImageReference.ByDigest(Repository.Name, root.Digest)), Token);
            Assert.IsTrue(verified.IsRight, string.Join('\n', verified.Problems));
        }
    }

    private async Task<IReadOnlySet<Digest>> ReachAsync(IReadOnlyList<KeptRoot> kept)
    {
        RepositoryTags tags = await RepositoryTags.ReadAsync(Registry, Repository.Name, 8, Token);
        using RepositoryWalk walk = new(Registry, Repository.Name, tags, 8);
        return (await walk.FromAsync(kept.Select(root => (root.Digest, (RepositoryName?)null)), asksElsewhere: false, Token)).Here.Keys
            .ToHashSet();
    }

    private async Task<IEnumerable<Digest>> Bundles(string bundle)
    {
        TransferPlan plan = await new Relocator(Registry).PlanAsync(BundleSource(bundle), new(), Token);
        return plan.Items.Where(item => item.IsBundle).Select(item => item.Digest);
    }

    private sealed class ManualTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
