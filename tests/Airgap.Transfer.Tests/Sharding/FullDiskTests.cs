using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Sharding;

/// <summary>A full disk says how to go on with the stage of the plan that met it, which is never a flag of another command.</summary>
[TestClass]
public sealed class FullDiskTests : ShardingTestBase
{
    [TestMethod]
    public async Task EachStageSaysHowToGoOn_AndGoesOn()
    {
        using TempFolder folder = new();
        RunPlan run = await ToArchiveAsync(folder["a.tar"]);
        ShardAssignment assignment = ShardAssignment.Of([run.Plan], 2);
        SmallDisk disk = new() { Free = 10 };
        TransferOptions full = new() { Disk = disk };

        AirgapException refused = await FailsAsync(() => SendAsync(1, full));
        Assert.AreEqual($"Free some space; then {AdviceTerms.RunShard}: 1/2.", refused.Advice);
        Assert.Contains(ShardArchives.PathOf(folder["a.tar"], new Shard(1, 2)), refused.Message);
        refused = await FailsAsync(() => new ShardRunner(Registry, SilentObserver.Instance).WriteWholeAsync(run, full, Token));
        Assert.AreEqual("Free some space; then run it again with the same plan, which resumes.", refused.Advice);

        disk.Free = long.MaxValue;
        await SendAsync(1, full);
        await SendAsync(2, full);
        disk.Free = 10;
        refused = await FailsAsync(() => FinishAsync(full));
        Assert.AreEqual("Free some space; then finish again.", refused.Advice);
        Assert.IsFalse(File.Exists(folder["a.tar"]));

        disk.Free = long.MaxValue;
        await FinishAsync(full);
        await CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["whole.tar"]);
        Assert.AreSequenceEqual(File.ReadAllBytes(folder["whole.tar"]), File.ReadAllBytes(folder["a.tar"]));

        Task<TransferResult> SendAsync(int number, TransferOptions options) => new ShardRunner(Registry, SilentObserver.Instance).RunAsync(
            run, new Shard(number, 2), blob => assignment.ShardOf(blob) == number, options, Token);

        Task<TransferResult> FinishAsync(TransferOptions options) => new ShardRunner(Registry, SilentObserver.Instance).FinishAsync(
            run, 2, blob => new Shard(assignment.ShardOf(blob), 2), options, Token);
    }

    private static async Task<AirgapException> FailsAsync(Func<Task> stage)
    {
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(stage);
        Assert.AreEqual(ErrorCode.DiskFull, e.Code, e.Message);
        Assert.Contains("(10 bytes) are free", e.Message);
        Assert.DoesNotContain(AdviceTerms.Resume, e.Advice);
        return e;
    }

    private async Task<RunPlan> ToArchiveAsync(string path)
    {
        TransferPlan plan = await new Relocator(Registry).PlanAsync(
            BundleSource("simple-app-bundle"), new PlanOptions { EmbedConfigs = true }, Token);
        RunPlanEntry entry = await RunPlanWriter.CreateAsync(
            plan, new RelocationDestination.Archive(path), new(), new HashSet<Digest>(), Token);
        return Read(RunPlanFile.ToJson(new RunPlanDocument { Tool = "1.0.0", Relocations = [entry] }));
    }

    private sealed class SmallDisk : ArchiveDisk
    {
        public long Free { get; set; }

        public override long? FreeSpace(string folder) => Free;
    }
}
