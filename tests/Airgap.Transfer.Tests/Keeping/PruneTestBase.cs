using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Keeping;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Tests.Keeping;

/// <summary>A repository with five tagged bundles, some of which are kept.</summary>
public abstract class PruneTestBase : RelocatorTestBase
{
    private protected const string Place = "other.corp.com/apps/all";
    private protected static readonly string[] Bundles =
        ["simple-app-bundle", "nested-bundle", "signed-bundle", "index-bundle", "foreign-bundle"];

    private protected TimeSpan RemovalLimit { get; set; } = TimeSpan.FromMilliseconds(50);

    private protected ManualTime Clock { get; } = new();

    private protected FakeRepository Repository => Registry.Get(Place);

    private protected async Task FillAsync()
    {
        foreach (string bundle in Bundles)
        {
            await CopyToRepositoryAsync(BundleSource(bundle), Place, new PlanOptions { Artifacts = true });
            Repository.AddManifest((await Repository.FindManifestAsync("v1.0.0", Token))!, bundle);
        }

        Repository.RemoveTag("v1.0.0");
        Registry.Calls.Clear();
    }

    private protected KeptRoot Root(string bundle) =>
        new(Registry.Get($"{Fixtures.Registry}/user1/{bundle}").Tags["v1.0.0"], $"{bundle}.lock.yml")
        {
            Tag = bundle
        };

    private protected Task<PrunePlan> PlanAsync(IReadOnlyList<KeptRoot> kept, TimeSpan grace = default, bool staleTags = false) =>
        new PrunePlanner(Registry, Clock).PlanAsync(kept, Repository.Name, grace, Token, staleTags);

    private protected async Task<List<PrunedItem>> ExecuteAsync(PrunePlan plan)
    {
        List<PrunedItem> done = [];
        await new PruneExecutor(Registry, Clock) { RemovalLimit = RemovalLimit }.RunAsync(plan, done.Add, Token);
        return done;
    }

    private protected async Task AssertWholeAsync(IReadOnlyList<KeptRoot> kept)
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

    private protected async Task<IReadOnlySet<Digest>> ReachAsync(IReadOnlyList<KeptRoot> kept)
    {
        RepositoryTags tags = await RepositoryTags.ReadAsync(Registry, Repository.Name, 8, Token);
        using RepositoryWalk walk = new(Registry, Repository.Name, tags, 8);
        return (await walk.FromAsync(kept.Select(root => (root.Digest, (RepositoryName?)null)), asksElsewhere: false, Token)).Present.Keys
            .ToHashSet();
    }

    private protected async Task<IEnumerable<Digest>> BundlesOfAsync(string bundle)
    {
        TransferPlan plan = await new Relocator(Registry).PlanAsync(BundleSource(bundle), new(), Token);
        return plan.Items.Where(item => item.IsBundle).Select(item => item.Digest);
    }

    private protected sealed class ManualTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
