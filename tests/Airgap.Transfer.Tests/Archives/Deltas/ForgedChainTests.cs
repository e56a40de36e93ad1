using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Archives.Deltas;

/// <summary>Deltas whose list of bases was changed by a person who knows the format, with a valid digest.</summary>
[TestClass]
public sealed class ForgedChainTests
{
    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Token => TestContext.CancellationToken;

    [TestMethod]
    public async Task ABaseWithOtherDigests_IsNamed()
    {
        DeltaBench bench = await ChainAsync();
        using TempFolder folder = bench.Folder;
        await bench.ArchiveAsync(
            bench.Bundle("source.example/other", "v1", bench.Image("source.example/other/image", 90, 91)), "other.tar");
        await RenameBaseAsync(bench, "other.tar");
        AirgapException failure = await FailsAsync(() => MergeAsync(bench, "other.tar", "delta.tar"), ErrorCode.BrokenChain);
        Assert.Contains($"'{folder["other.tar"]}'", failure.Message);
        Assert.Contains(DeltaBench.Layer(1).ToString(), failure.Message);
        Assert.IsEmpty(Directory.GetFiles(folder.Path, "merged*"));

        // They can be read as one archive, but layers that none contains are still required: nothing moves to a destination without them.
        bench.Registry.Calls.Clear();
        failure = await FailsAsync(() => ImportAsync(bench, "delta.tar", "other.tar"), ErrorCode.DeltaLayersMissing);
        Assert.Contains(DeltaBench.Layer(1).ToString(), failure.Message);
        Assert.IsEmpty(bench.Registry.Calls.Where(call => call.StartsWith("push", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task ADeltaThatNamesItselfAsItsBase_IsRefused()
    {
        DeltaBench bench = await ChainAsync();
        using TempFolder folder = bench.Folder;
        await RenameBaseAsync(bench, "delta.tar");
        await FailsAsync(() => MergeAsync(bench, "delta.tar"), ErrorCode.BrokenChain);
        await FailsAsync(() => MergeAsync(bench, "delta.tar", "delta.tar"), ErrorCode.BrokenChain);
        bench.Registry.Calls.Clear();
        AirgapException failure = await FailsAsync(() => ImportAsync(bench, "delta.tar"), ErrorCode.DeltaLayersMissing);
        Assert.Contains(DeltaBench.Layer(1).ToString(), failure.Message);
        Assert.IsEmpty(bench.Registry.Calls.Where(call => call.StartsWith("push", StringComparison.Ordinal)));

        // The archives that really contain the layers still supply them, verified by their digests.
        await MergeAsync(bench, "first.tar", "delta.tar");
        Assert.AreSequenceEqual(await bench.BytesAsync("full.tar"), await bench.BytesAsync("merged.tar"));
    }

    private async Task<DeltaBench> ChainAsync()
    {
        DeltaBench bench = new(Token);
        ImageReference first = bench.Bundle(DeltaBench.Source, "v1", bench.Image("source.example/team/web", 1, 2));
        ImageReference second = bench.Bundle(DeltaBench.Source, "v2", bench.Image("source.example/team/web", 1, 3));
        await bench.ArchiveAsync(first, "first.tar");
        await bench.ArchiveAsync(second, "delta.tar", bench.Base("first.tar"));
        await bench.ArchiveAsync(second, "full.tar");
        return bench;
    }

    private async Task RenameBaseAsync(DeltaBench bench, string other)
    {
        ArchiveIdentity from = await IdentityAsync(bench, "first.tar");
        ArchiveIdentity to = await IdentityAsync(bench, other);
        await bench.ForgeAsync("delta.tar", content => content
            .Replace(from.Set.ToString(), to.Set.ToString(), StringComparison.Ordinal)
            .Replace(from.Manifest.ToString(), to.Manifest.ToString(), StringComparison.Ordinal));
    }

    private async Task<ArchiveIdentity> IdentityAsync(DeltaBench bench, string name) =>
        await ArchiveIdentity.OfAsync(await AnyArchive.OpenAsync(bench.Folder[name], Token), Token);

    private async Task MergeAsync(DeltaBench bench, params string[] names) => await ArchiveMerger.MergeAsync(
        [.. names.Select(name => bench.Folder[name])], new RelocationDestination.Archive(bench.Folder["merged.tar"]), new TransferOptions(),
        null, Token);

    private async Task ImportAsync(DeltaBench bench, string name, params string[] chain)
    {
        Relocator relocator = new(bench.Registry);
        RelocationDestination.Repository far = new(RepositoryName.Parse("far.example/apps/it"));
        TransferPlan plan = await relocator.PlanAsync(
            new RelocationSource.Archive(bench.Folder[name]) { Chain = [.. chain.Select(each => bench.Folder[each])] },
            new PlanOptions { Destination = far.Name }, Token);
        await relocator.RunAsync(plan, far, new TransferOptions(), Token);
    }

    private static async Task<AirgapException> FailsAsync(Func<Task> action, ErrorCode code)
    {
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(action);
        Assert.AreEqual(code, failure.Code, failure.Message);
        return failure;
    }
}
