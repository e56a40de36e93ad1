using Airgap.TestKit;
using Airgap.TestKit.Sharding;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;

namespace Airgap.Transfer.Tests.Sharding;

/// <summary>
/// The model of the benchmarks' page: it has to match known results, and its requests are those that a run sends.
/// </summary>
[TestClass]
public sealed class ShardModelTests : ShardingTestBase
{
    private static readonly TransferPlan s_plan = GeneratedPlan.Create(new Random(1), images: 200);

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(16)]
    public async Task TheSimulation_SendsTheRequestsOfShardsAndFinish(int count)
    {
        await GeneratedRepository.CreateAsync(Registry, packages: 3, versions: 2);
        RunPlan run = await ThroughFileAsync(
            new RelocationSource.Bundle(Oci.Naming.ImageReference.Parse($"{GeneratedRepository.Bundle}:v1")), Together);
        ShardTimes reckoned = ShardModel.Run(run.Plan, count, new ShardWorld());
        Registry.Calls.Clear();
        for (int number = 1; number <= count; number++)
            await ShardAsync(run, number, count);
        int whole = Calls("push-manifest");
        await FinishAsync(run, count);

        // Each bundle also has a locations image: a check and an upload for config and layer, and two tags. The user's tag is one
        // more.
        int bundles = run.Plan.Bundles.Length;
        Assert.AreEqual(reckoned.Uploads / 2, Calls("push-blob") - (2 * bundles));
        Assert.AreEqual(reckoned.Manifests, Calls("push-manifest") - (2 * bundles) - 1);
        // The references of images that shards push are checked with those images, and need no separate check.
        Assert.AreEqual(reckoned.Reads, Calls("has-blob"), $"{whole} images were whole by a shard");

        int Calls(string operation) =>
            Registry.Calls.Count(call => call.StartsWith($"{operation} {Together} ", StringComparison.Ordinal));
    }

    [TestMethod]
    public void ALimitedLine_IsFullToTheEnd()
    {
        ShardWorld world = new() { Line = 1e6, RoundTrip = 1e-9 };
        double alone = ShardModel.Run(s_plan, 1, world).Shards;
        Assert.AreEqual(1, s_plan.TotalBytes / 1e6 / alone, 0.001);
        Assert.AreEqual(4, alone / ShardModel.Run(s_plan, 4, world).Shards, 0.05);
    }

    [TestMethod]
    public void ABoundRegistry_IsNotFasterWithMoreShards()
    {
        ShardWorld world = new() { Registry = 1e6, RoundTrip = 1e-9 };
        Assert.AreEqual(ShardModel.Run(s_plan, 1, world).Shards, ShardModel.Run(s_plan, 8, world).Shards, s_plan.TotalBytes / 1e6 * 0.02);
    }

    [TestMethod]
    public void RoundTrips_AreDividedByConcurrencyAndShards()
    {
        ShardWorld world = new() { Line = double.MaxValue, RoundTrip = 1, Concurrency = 4 };
        // A check, an upload of two requests, and a manifest for each complete image.
        double least = 3.0 * s_plan.Blobs.Length / 4;
        ShardTimes alone = ShardModel.Run(s_plan, 1, world);
        Assert.AreEqual(least + (s_plan.Items.Length / 4.0), alone.Shards, 3);
        Assert.IsLessThan(alone.Shards / 3.5, ShardModel.Run(s_plan, 4, world).Shards);
    }

    [TestMethod]
    public void ALimit_IsReached_AndNotExceeded()
    {
        ShardWorld world = new() { Line = double.MaxValue, RoundTrip = 0.001, Uploads = 10 };
        foreach (int count in new[] { 1, 8 })
            Assert.AreEqual(2 * s_plan.Blobs.Length / 10.0, ShardModel.Run(s_plan, count, world).Shards, 2);
    }
}
