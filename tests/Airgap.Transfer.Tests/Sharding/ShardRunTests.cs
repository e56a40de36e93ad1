using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Sharding;

[TestClass]
public sealed class ShardRunTests : ShardingTestBase
{
    [TestMethod]
    [DataRow("simple-app-bundle", 2)]
    [DataRow("nested-bundle", 3)]
    [DataRow("signed-bundle", 8)]
    [DataRow("index-bundle", 5)]
    [DataRow("foreign-bundle", 4)]
    [DataRow("nested-bundle", 64)]
    [DataRow("simple-app-bundle", 1)]
    public async Task Shards_LeaveTheResultOfOneProcess(string bundle, int count)
    {
        await CopyToRepositoryAsync(BundleSource(bundle), Alone, Everything);
        RunPlan run = await ThroughFileAsync(BundleSource(bundle), Together);
        // The source's tag moves meanwhile, and its manifests are removed: the plan contains them.
        foreach (FakeRepository repository in run.Plan.Items.Select(item => Registry.Get(item.Source.Repository)).Distinct().ToArray())
        {
            foreach (Digest manifest in repository.Manifests.ToArray())
                repository.Remove(manifest);
        }

        Registry.Calls.Clear();
        await Task.WhenAll(Enumerable.Range(1, count).Select(number => ShardAsync(run, number, count)));
        Assert.IsFalse(Registry.Get(Together).Tags.ContainsKey("v1.0.0"));
        Assert.AreEqual(run.Plan.Blobs.Length, Calls("push-blob"), "each blob is sent once");
        int manifests = Calls("push-manifest");

        TransferResult result = await FinishAsync(run, count);
        AssertSame();
        Assert.IsTrue(result.Blobs.All(blob => blob.Outcome == Oci.Content.BlobOutcome.Present), "the finish sends none");
        if (count == 1)
            Assert.IsGreaterThan(0, manifests, "a shard puts the images that are whole by it");

        Registry.Calls.Clear();
        await ShardAsync(run, 1, count);
        await FinishAsync(run, count);
        Assert.AreEqual(0, Calls("push-blob"), "a second time nothing is sent");
        AssertSame();

        int Calls(string operation) => Registry.Calls.Count(call => call.StartsWith($"{operation} {Together}", StringComparison.Ordinal)
            && !call.Contains("image-locations", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task AFinish_NamesTheShardsToRunAgain()
    {
        RunPlan run = await ThroughFileAsync(BundleSource("nested-bundle"), Together);
        foreach (int number in new[] { 1, 3, 4 })
            await ShardAsync(run, number, 5);
        AirgapException missing = await Assert.ThrowsExactlyAsync<AirgapException>(() => FinishAsync(run, 5));
        Assert.AreEqual(ErrorCode.ShardsMissing, missing.Code);
        StringAssert.Contains(missing.Message, "shards 2/5, 5/5 have to run again");
        Assert.IsFalse(Registry.Get(Together).Tags.Keys.Any(tag => tag == "v1.0.0" || tag.Contains("locations", StringComparison.Ordinal)));

        await ShardAsync(run, 2, 5);
        StringAssert.Contains((await Assert.ThrowsExactlyAsync<AirgapException>(() => FinishAsync(run, 5))).Message,
            "shard 5/5 has to run");
        await ShardAsync(run, 5, 5);
        await FinishAsync(run, 5);
        await CopyToRepositoryAsync(BundleSource("nested-bundle"), Alone, Everything);
        AssertSame();
    }

    [TestMethod]
    public async Task ABlobLostAfterItsShard_IsReportedMissing()
    {
        RunPlan run = await ThroughFileAsync(BundleSource("simple-app-bundle"), Together);
        await ShardAsync(run, 1, 1);
        Registry.Get(Together).Remove(run.Plan.Blobs[2].Descriptor.Digest);
        AirgapException missing = await Assert.ThrowsExactlyAsync<AirgapException>(() => FinishAsync(run, 1));
        Assert.AreEqual(ErrorCode.ShardsMissing, missing.Code);
        Assert.AreEqual(run.Plan.Blobs[2].Descriptor.Digest.ToString(), missing.Digest);
        await ShardAsync(run, 1, 1);
        await FinishAsync(run, 1);
    }

    [TestMethod]
    public async Task Tags_AreThoseOfThePlan()
    {
        await CopyToRepositoryAsync(
            BundleSource("simple-app-bundle"), Alone, Everything, new TransferOptions { RepositoryBasedTags = true });
        RunPlan run = await ThroughFileAsync(
            BundleSource("simple-app-bundle"), Together, Everything, new RunPlanChoices(RepositoryBasedTags: true));
        await ShardAsync(run, 1, 2);
        await ShardAsync(run, 2, 2);
        await FinishAsync(run, 2);
        AssertSame();
    }

    [TestMethod]
    [DataRow("nested-bundle", false)]
    [DataRow("index-bundle", false)]
    [DataRow("foreign-bundle", true)]
    [DataRow("signed-bundle", true)]
    public async Task AnArchiveByShards_EqualsTheOneOfOneProcess(string bundle, bool isLayout)
    {
        const int count = 3;
        using TempFolder folder = new();
        PlanOptions options = Everything with { EmbedConfigs = true };
        RelocationDestination.Archive to = new(folder["together.tar"])
        {
            Format = isLayout ? ArchiveFormat.LayoutTar : ArchiveFormat.Imgpkg
        };
        TransferPlan plan = await new Relocator(Registry).PlanAsync(BundleSource(bundle), options, Token);
        await new Relocator(Registry).RunAsync(plan, to with { Path = folder["alone.tar"] }, new TransferOptions(), Token);
        RunPlanEntry entry = await RunPlanWriter.CreateAsync(plan, to, new(), new HashSet<Digest>(), Token);
        RunPlan run = Read(RunPlanFile.ToJson(new RunPlanDocument { Tool = "1.0.0", Relocations = [entry] }));

        await ShardAsync(run, 1, count);
        await ShardAsync(run, 3, count);
        AirgapException missing = await Assert.ThrowsExactlyAsync<AirgapException>(() => FinishAsync(run, count));
        StringAssert.Contains(missing.Message, "shard 2/3 has to run again");
        Assert.IsFalse(File.Exists(to.Path));
        await ShardAsync(run, 2, count);
        await ShardAsync(run, 2, count);
        Registry.Calls.Clear();
        await FinishAsync(run, count);
        Assert.IsEmpty(Registry.Calls, "the parts have all of it");
        CollectionAssert.AreEqual(await File.ReadAllBytesAsync(folder["alone.tar"], Token), await File.ReadAllBytesAsync(to.Path, Token));
    }

    /// <summary>
    /// Eight concurrent shards, each cut at a random request and started again, some of them twice at once. AIRGAP_SHARD_RUNS sets the
    /// number of runs (default 12).
    /// </summary>
    [TestMethod]
    public async Task KilledShards_LeaveTheSameResult()
    {
        const int count = 8;
        int runs = int.TryParse(Environment.GetEnvironmentVariable("AIRGAP_SHARD_RUNS"), out int asked) ? asked : 12;
        int cuts = 0;
        for (int seed = 0; seed < runs; seed++)
        {
            Random random = new(seed);
            string bundle = Bundles[seed % Bundles.Length];
            FakeRegistry registry = FakeRegistry.FromFixtures();
            RelocationDestination.Repository alone = new(RepositoryName.Parse(Alone)), together = new(RepositoryName.Parse(Together));
            Relocator relocator = new(registry);
            TransferPlan plan = await relocator.PlanAsync(BundleSource(bundle), Everything, Token);
            await relocator.RunAsync(plan, alone, new TransferOptions(), Token);
            RunPlanEntry entry = await RunPlanWriter.CreateAsync(plan, together, new(), new HashSet<Digest>(), Token);
            RunPlan run = new RunPlanReader(registry, "plan.json").Read(entry);
            ShardAssignment assignment = ShardAssignment.Of([run.Plan], count);
            registry.Calls.Clear();

            Queue<int> queue = new(Enumerable.Range(1, count).Concat(Enumerable.Range(1, count).Where(_ => random.Next(3) == 0)));
            List<Task<bool>> running = [];
            while (queue.Count > 0 || running.Count > 0)
            {
                while (running.Count < count && queue.TryDequeue(out int number))
                    running.Add(StartAsync(number, random.Next(2) == 0 ? random.Next(12) : int.MaxValue));
                Task<bool> ended = await Task.WhenAny(running);
                running.Remove(ended);
                if (!await ended)
                    cuts++;
            }

            await new ShardRunner(registry, SilentObserver.Instance).FinishAsync(run, count, null, new TransferOptions(), Token);
            FakeRepository one = registry.Get(Alone), other = registry.Get(Together);
            CollectionAssert.AreEquivalent(
                one.Tags.Select(tag => tag.ToString()).ToArray(), other.Tags.Select(tag => tag.ToString()).ToArray(), $"seed {seed}");
            CollectionAssert.AreEquivalent(one.Manifests.ToArray(), other.Manifests.ToArray(), $"seed {seed}");
            CollectionAssert.AreEquivalent(one.Blobs.ToArray(), other.Blobs.ToArray(), $"seed {seed}");

            async Task<bool> StartAsync(int number, int requests)
            {
                using CancellationTokenSource life = CancellationTokenSource.CreateLinkedTokenSource(Token);
                CuttingRegistry cut = new(registry, life, requests);
                RunPlan own = new RunPlanReader(cut, "plan.json").Read(entry);
                try
                {
                    await new ShardRunner(cut, SilentObserver.Instance).RunAsync(
                        own, new Shard(number, count), blob => assignment.ShardOf(blob) == number, new TransferOptions(), life.Token);
                    return true;
                }
                catch (OperationCanceledException)
                {
                    lock (queue)
                        queue.Enqueue(number);
                    return false;
                }
            }
        }

        TestContext.WriteLine($"{runs} runs, {cuts} shards were cut");
        Assert.IsGreaterThan(runs, cuts);
    }
}
