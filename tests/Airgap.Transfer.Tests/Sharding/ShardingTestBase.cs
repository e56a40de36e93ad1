using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Sharding;

/// <summary>Plans that were written to a file and read again, and short calls.</summary>
public abstract class ShardingTestBase : RelocatorTestBase
{
    private protected const string Alone = "other.corp.com/apps/alone";
    private protected const string Together = "other.corp.com/apps/together";

    private protected static readonly string[] Bundles =
        ["simple-app-bundle", "nested-bundle", "signed-bundle", "index-bundle", "foreign-bundle"];

    private protected static readonly PlanOptions Everything = new() { Artifacts = true };

    private protected async Task<RunPlanDocument> DocumentAsync(
        RelocationSource source, string repository, PlanOptions? options = null, RunPlanChoices? choices = null)
    {
        TransferPlan plan = await new Relocator(Registry).PlanAsync(source, options ?? Everything, Token);
        RunPlanEntry entry = await RunPlanWriter.CreateAsync(
            plan, new RelocationDestination.Repository(RepositoryName.Parse(repository)), choices ?? new(), new HashSet<Digest>(), Token);
        return new RunPlanDocument { Tool = "1.0.0", Relocations = [entry] };
    }

    private protected async Task<RunPlan> ThroughFileAsync(
        RelocationSource source, string repository, PlanOptions? options = null, RunPlanChoices? choices = null) =>
        Read(RunPlanFile.ToJson(await DocumentAsync(source, repository, options, choices)));

    private protected RunPlan Read(ReadOnlyMemory<byte> json) =>
        new RunPlanReader(Registry, "plan.json").Read(RunPlanFile.Read(json, "plan.json").Relocations[0]);

    private protected Task<TransferResult> ShardAsync(RunPlan run, int number, int count)
    {
        ShardAssignment assignment = ShardAssignment.Of([run.Plan], count);
        return new ShardRunner(Registry, SilentObserver.Instance).RunAsync(
            run, new Shard(number, count), blob => assignment.ShardOf(blob) == number, new TransferOptions(), Token);
    }

    private protected Task<TransferResult> FinishAsync(RunPlan run, int count)
    {
        ShardAssignment assignment = ShardAssignment.Of([run.Plan], count);
        return new ShardRunner(Registry, SilentObserver.Instance).FinishAsync(
            run, count, blob => new Shard(assignment.ShardOf(blob), count), new TransferOptions(), Token);
    }

    private protected void AssertSame(string message = "")
    {
        Assert.AreEqual(TagLines(Alone), TagLines(Together), message);
        CollectionAssert.AreEquivalent(Registry.Get(Alone).Manifests.ToArray(), Registry.Get(Together).Manifests.ToArray(), message);
        CollectionAssert.AreEquivalent(Registry.Get(Alone).Blobs.ToArray(), Registry.Get(Together).Blobs.ToArray(), message);
    }
}
