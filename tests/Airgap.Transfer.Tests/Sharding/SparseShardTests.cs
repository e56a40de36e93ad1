using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Sharding;

/// <summary>Shards have the same result as one process, also if images of other platforms are omitted.</summary>
[TestClass]
public sealed class SparseShardTests
{
    private static readonly RepositoryName s_alone = RepositoryName.Parse("mirror.local/apps/alone");
    private static readonly RepositoryName s_together = RepositoryName.Parse("mirror.local/apps/together");
    private static readonly RepositoryName s_onward = RepositoryName.Parse("mirror.local/apps/onward");

    private readonly FakeRegistry _registry = new() { TakesSparseIndexes = true };

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Token => TestContext.CancellationToken;

    [TestInitialize]
    public async Task GenerateAsync() => await GeneratedRepository.CreateAsync(_registry, 2, 2);

    [TestMethod]
    public async Task AMirrorByShards_RecordsOmittedContent()
    {
        await new Relocator(_registry).RunAsync(
            await SparsePlanAsync(), new RelocationDestination.Repository(s_alone), new TransferOptions(), Token);
        await ShardedAsync(await SparsePlanAsync(), s_together);
        await AssertSameAsync(s_alone, s_together);

        // Then onward from a mirror that is already sparse.
        TransferPlan onward = await new Relocator(_registry).PlanAsync(
            new RelocationSource.Bundle(ImageReference.ByTag(s_alone, "v1")), new PlanOptions(), Token);
        await ShardedAsync(onward, s_onward);
        await AssertSameAsync(s_alone, s_onward);
    }

    [TestMethod]
    public async Task AFinish_PutsManifestsThatMayBeRefused_First()
    {
        _registry.TakesSparseIndexes = false;
        TransferPlan plan = await SparsePlanAsync();
        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(() => ShardedAsync(plan, s_together));
        Assert.AreEqual(ErrorCode.SparseIndexRefused, refused.Code);
        FakeRepository there = _registry.Get(s_together);
        Assert.DoesNotContain(plan.Root!.Digest, there.Manifests);
        Assert.IsFalse(there.Tags.ContainsKey("v1"));
    }

    private async Task<TransferPlan> SparsePlanAsync()
    {
        BundleSelection selection = new() { Platforms = [.. PlatformChoice.ParseAll("linux/amd64")], Sparse = true };
        using Deriver deriver = new(_registry, selection, null, 4);
        using Derivation derivation =
            await deriver.DeriveAsync(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1"), "v1", Token);
        return await new Relocator(derivation.Over(_registry))
            .PlanAsync(derivation.Source, derivation.Planning(new PlanOptions()), Token);
    }

    private async Task ShardedAsync(TransferPlan plan, RepositoryName to)
    {
        RunPlanEntry entry = await RunPlanWriter.CreateAsync(
            plan, new RelocationDestination.Repository(to), new(), new HashSet<Digest>(), Token);
        ReadOnlyMemory<byte> json = RunPlanFile.ToJson(new RunPlanDocument { Tool = "1.0.0", Relocations = [entry] });
        RunPlan run = new RunPlanReader(_registry, "plan.json").Read(RunPlanFile.Read(json, "plan.json").Relocations[0]);
        ShardAssignment assignment = ShardAssignment.Of([run.Plan], 2);
        ShardRunner runner = new(_registry, SilentObserver.Instance);
        for (int number = 1; number <= 2; number++)
        {
            await runner.RunAsync(
                run, new Shard(number, 2), blob => assignment.ShardOf(blob) == number, new TransferOptions(), Token);
        }

        await runner.LookAsync(run, 2, null, new TransferOptions(), Token);
        await runner.FinishAsync(run, 2, null, new TransferOptions(), Token);
    }

    // The locations images are among the tags.
    private async Task AssertSameAsync(RepositoryName one, RepositoryName other)
    {
        CollectionAssert.AreEquivalent(
            _registry.Get(one).Tags.Select(tag => tag.ToString()).ToArray(),
            _registry.Get(other).Tags.Select(tag => tag.ToString()).ToArray());
        CollectionAssert.AreEquivalent(_registry.Get(one).Manifests.ToArray(), _registry.Get(other).Manifests.ToArray());
        VerificationResult verified = await new Verifier(_registry).VerifyAsync(
            new RelocationSource.Bundle(ImageReference.ByTag(other, "v1")), Token);
        Assert.IsEmpty(verified.Problems);
        Assert.IsGreaterThan(0, verified.LeftOut);
    }
}
