using System.Globalization;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Sharding;

/// <summary>The guarantees for shards: each may run twice, be killed, be late, or run on another architecture or release.</summary>
[TestClass]
public sealed class ShardPromiseTests : ShardingTestBase
{
    private const int Count = 4;
    private const string Moved = "nested-bundle";

    [TestMethod]
    public async Task AShard_MayRunTwice_AtOnceOrLater()
    {
        RunPlan run = await BeginAsync();
        Registry.Calls.Clear();
        await Task.WhenAll(Enumerable.Range(1, Count).Concat(Enumerable.Range(1, Count)).Select(number => ShardAsync(run, number, Count)));
        string[] pushed = Calls("push-blob");
        Assert.IsTrue(pushed.GroupBy(call => call).All(same => same.Count() <= 2), "only what both had in flight arrives twice");
        Registry.Calls.Clear();
        foreach (int number in Enumerable.Range(1, Count))
            await ShardAsync(run, number, Count);
        Assert.IsEmpty(Calls("push-blob"));
        await FinishAsync(run, Count);
        AssertSame();
    }

    /// <summary>Each of them at each of its requests, one after the other.</summary>
    [TestMethod]
    public async Task AShard_MayDie_AtAnyRequest()
    {
        RunPlan run = await BeginAsync();
        for (int number = 1; number <= Count; number++)
        {
            bool ended = false;
            for (int requests = 0; !ended; requests++)
            {
                using CancellationTokenSource life = CancellationTokenSource.CreateLinkedTokenSource(Token);
                CuttingRegistry cut = new(Registry, life, requests);
                RunPlan own = new RunPlanReader(cut, "plan.json").Read(run.Entry);
                ShardAssignment assignment = ShardAssignment.Of([own.Plan], Count);
                try
                {
                    await new ShardRunner(cut, SilentObserver.Instance).RunAsync(
                        own, new Shard(number, Count), blob => assignment.ShardOf(blob) == number, new TransferOptions(), life.Token);
                    ended = true;
                }
                catch (OperationCanceledException)
                {
                    // It was killed; the next one continues.
                }
            }
        }

        await FinishAsync(run, Count);
        AssertSame();
    }

    [TestMethod]
    public async Task AShard_MayBeLate_EvenAfterTheFinish()
    {
        RunPlan run = await BeginAsync();
        foreach (int number in new[] { 1, 2, 4 })
            await ShardAsync(run, number, Count);
        // The last shard is still sending when the finish checks, and ends after it.
        TaskCompletionSource<bool> finished = new();
        HashSet<string> planned = [.. run.Plan.Blobs.Select(blob => blob.Descriptor.Digest.ToString())];
        Registry.Hook = (operation, repository, digest) =>
            operation == "push-blob" && repository.ToString() == Together && planned.Contains(digest) ? finished.Task : Task.CompletedTask;
        Task<TransferResult> late = ShardAsync(run, 3, Count);
        AirgapException early = await Assert.ThrowsExactlyAsync<AirgapException>(() => FinishAsync(run, Count));
        Assert.Contains("shard 3/4 has to run again", early.Message);
        finished.SetResult(true);
        await late;
        await FinishAsync(run, Count);
        AssertSame();
        await Task.WhenAll(Enumerable.Range(1, Count).Select(number => ShardAsync(run, number, Count)));
        AssertSame("a shard after the finish changes nothing");
    }

    /// <summary>The assignment depends only on whole numbers and digests: on no culture, no order of a dictionary, no clock.</summary>
    [TestMethod]
    public async Task AShard_MayRunOnAnotherMachine()
    {
        RunPlan run = await BeginAsync();
        string[] here = Assigned(run);
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (other.NumberFormat.NegativeSign, other.NumberFormat.NumberDecimalSeparator) = ("~", ",");
            CultureInfo.CurrentCulture = other;
            ReadOnlyMemory<byte> json = RunPlanFile.ToJson(new RunPlanDocument { Tool = "1.0.0", Relocations = [run.Entry] });
            CollectionAssert.AreEqual(here, Assigned(Read(json)));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        static string[] Assigned(RunPlan run)
        {
            ShardAssignment assignment = ShardAssignment.Of([run.Plan], Count);
            return [.. run.Plan.Blobs.Select(blob => $"{blob.Descriptor.Digest} {assignment.ShardOf(blob.Descriptor.Digest)}")];
        }
    }

    [TestMethod]
    public async Task AShard_MayBeOfAnotherRelease_WithThePlansVersionAndRule()
    {
        RunPlan run = await BeginAsync();
        RunPlanDocument document = new() { Tool = "99.0.0-other+build", Relocations = [run.Entry] };
        RunPlan other = Read(RunPlanFile.ToJson(document));
        for (int number = 1; number <= Count; number++)
            await ShardAsync(number % 2 == 0 ? other : run, number, Count);
        await FinishAsync(other, Count);
        AssertSame();
        foreach ((string why, RunPlanDocument unknown) in new[]
        {
            ("it has version 2", document with { Version = 2 }), ("it is divided by rule 2", document with { Assignment = 2 }),
        })
        {
            AirgapException refused =
                Assert.ThrowsExactly<AirgapException>(() => RunPlanFile.Read(RunPlanFile.ToJson(unknown), "plan.json"));
            Assert.AreEqual(ErrorCode.InvalidRunPlan, refused.Code);
            Assert.Contains(why, refused.Message);
            Assert.Contains("Use the release that wrote it, 99.0.0-other+build, in all stages", refused.Advice);
        }

        // A later release may add a field without which this one would move something else.
        string more = Encoding.UTF8.GetString(RunPlanFile.ToJson(document).Span).Replace("\"tool\":", "\"more\": 1,\n  \"tool\":",
            StringComparison.Ordinal);
        AirgapException later =
            Assert.ThrowsExactly<AirgapException>(() => RunPlanFile.Read(Encoding.UTF8.GetBytes(more), "plan.json"));
        Assert.Contains("a field is unknown", later.Message);
        Assert.Contains("Use the release that wrote it, 99.0.0-other+build, in all stages", later.Advice);
        // What breaks off before it names a release is refused, too.
        Assert.StartsWith("Make the plan again", Assert.ThrowsExactly<AirgapException>(
            () => RunPlanFile.Read(Encoding.UTF8.GetBytes(more[..30]), "plan.json")).Advice);
    }

    [TestMethod]
    public async Task TwoConcurrentFinishes_LeaveTheSameResult()
    {
        RunPlan run = await BeginAsync();
        await ShardAsync(run, 1, 1);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => FinishAsync(run, 1)));
        AssertSame();
    }

    /// <summary>Content or a tag that is removed or moved meanwhile is pushed again, or reported as missing.</summary>
    [TestMethod]
    public async Task ADestinationThatChanged_IsCheckedAgain()
    {
        RunPlan run = await BeginAsync();
        await ShardAsync(run, 1, 1);
        FakeRepository far = Registry.Get(Together);
        foreach (Digest manifest in far.Manifests.ToArray())
            far.Remove(manifest);
        far.AddManifest(Registry.Get(Alone).Manifests.Select(digest => Manifest.Parse(Registry.Get(Alone).BytesOf(digest)))
            .First(manifest => manifest.Digest != run.Plan.Root!.Digest), "v1.0.0");
        await FinishAsync(run, 1);
        AssertSame();
        far.Remove(run.Plan.Blobs[^1].Descriptor.Digest);
        Assert.AreEqual(
            ErrorCode.ShardsMissing, (await Assert.ThrowsExactlyAsync<AirgapException>(() => FinishAsync(run, 1))).Code);
    }

    /// <summary>A user without write access fails before anything is visible, and a user with write access can finish afterwards.</summary>
    [TestMethod]
    [DataRow("push-manifest")]
    [DataRow("has-blob")]
    public async Task AFinishWithoutCredentialsLeavesNothingVisible(string refused)
    {
        RunPlan run = await BeginAsync();
        for (int number = 1; number <= Count; number++)
            await ShardAsync(run, number, Count);
        Registry.Hook = (operation, repository, _) => operation == refused && repository.ToString() == Together
            ? throw new AirgapException(ErrorCode.Unauthorized, "Not you.", "Log in.") : Task.CompletedTask;
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(() => FinishAsync(run, Count));
        Assert.AreEqual(ErrorCode.Unauthorized, failure.Code);
        Assert.IsFalse(Registry.Get(Together).Tags.ContainsKey("v1.0.0"));
        Registry.Hook = (_, _, _) => Task.CompletedTask;
        await FinishAsync(run, Count);
        AssertSame();
    }

    /// <summary>A plan of several relocations has each blob in one shard, however many relocations need it.</summary>
    [TestMethod]
    public async Task ABlobBelongsToOneShardOverAllRelocations()
    {
        RunPlan one = await ThroughFileAsync(BundleSource("simple-app-bundle"), Together);
        RunPlan other = await ThroughFileAsync(BundleSource("nested-bundle"), Alone);
        Digest[] shared = [.. one.Plan.Blobs.Select(blob => blob.Descriptor.Digest)
            .Intersect(other.Plan.Blobs.Select(blob => blob.Descriptor.Digest))];
        Assert.IsNotEmpty(shared);
        ShardAssignment assignment = ShardAssignment.Of([one.Plan, other.Plan], Count);
        ShardAssignment turned = ShardAssignment.Of([other.Plan, one.Plan], Count);
        foreach (PlannedBlob blob in one.Plan.Blobs.Concat(other.Plan.Blobs))
        {
            Assert.IsInRange(1, Count, assignment.ShardOf(blob.Descriptor.Digest));
            Assert.AreEqual(assignment.ShardOf(blob.Descriptor.Digest), turned.ShardOf(blob.Descriptor.Digest));
        }
    }

    private async Task<RunPlan> BeginAsync()
    {
        await CopyToRepositoryAsync(BundleSource(Moved), Alone, Everything);
        return await ThroughFileAsync(BundleSource(Moved), Together);
    }

    private string[] Calls(string operation) => [.. Registry.Calls.Where(
        call => call.StartsWith($"{operation} {Together}", StringComparison.Ordinal))];
}
