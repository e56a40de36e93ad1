using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;

namespace Airgap.Transfer.Tests.Sharding;

/// <summary>A consistent plan that contradicts its bundles is refused at the finish, before anything is tagged.</summary>
[TestClass]
public sealed class RunPlanContentTests : ShardingTestBase
{
    [TestMethod]
    public Task ABundleListedAsAnImage_IsRefused() => RefusedAsync("as an image, but that is a bundle", CallImage);

    [TestMethod]
    public Task ALockOfAnotherBundle_IsRefused() => RefusedAsync("its lock differs from the one in the bundle", entry =>
    {
        string[] lines = entry.Bundles[1].Lock.Split('\n');
        int first = Array.FindIndex(lines, line => line.StartsWith("- ", StringComparison.Ordinal));
        int second = Array.FindIndex(lines, first + 1, line => line.StartsWith("- ", StringComparison.Ordinal));
        Assert.IsGreaterThan(first, second, entry.Bundles[1].Lock);
        RunPlanBundle cut = entry.Bundles[1] with
        {
            Lock = string.Join('\n', [.. lines[..first], .. lines[second..]]),
            Locations = entry.Bundles[1].Locations[1..],
        };
        return entry with { Bundles = entry.Bundles.SetItem(1, cut) };
    });

    [TestMethod]
    public Task PackagesMissingFromTheBundle_AreRefused() => RefusedAsync(
        "its packages differ from those in the bundle", entry => entry with
        {
            Bundles = entry.Bundles.SetItem(0, entry.Bundles[0] with { HasPackages = !entry.Bundles[0].HasPackages })
        });

    [TestMethod]
    public async Task LocationsThatListABundleAsAnImage_AreRefused()
    {
        RunPlanEntry entry = (await DocumentAsync(BundleSource("nested-bundle"), Together)).Relocations[0];
        RunPlanBundle[] bundles =
        [
            .. entry.Bundles.Select(bundle => bundle with
            {
                Locations = [.. bundle.Locations.Select(image => image with { IsBundle = false })]
            })
        ];
        AirgapException refused = Assert.ThrowsExactly<AirgapException>(() => Read(RunPlanFile.ToJson(
            new RunPlanDocument { Tool = "1.0.0", Relocations = [entry with { Bundles = [.. bundles] }] })));
        Assert.AreEqual(ErrorCode.InvalidRunPlan, refused.Code, refused.Message);
        Assert.Contains("lists the bundle", refused.Message);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task AnArchive_IsCheckedBeforeItIsWritten(bool byShards)
    {
        using TempFolder folder = new();
        RelocationDestination.Archive to = new(folder["together.tar"]) { Format = ArchiveFormat.LayoutTar };
        TransferPlan plan = await new Relocator(Registry).PlanAsync(BundleSource("nested-bundle"), Everything, Token);
        RunPlanEntry entry = CallImage(await RunPlanWriter.CreateAsync(plan, to, new(), new HashSet<Digest>(), Token));
        RunPlan run = Read(RunPlanFile.ToJson(new RunPlanDocument { Tool = "1.0.0", Relocations = [entry] }));
        if (byShards)
            await ShardAsync(run, 1, 1);
        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(() => byShards ? FinishAsync(run, 1)
            : new ShardRunner(Registry, SilentObserver.Instance).WriteWholeAsync(run, new(), Token));
        Assert.AreEqual(ErrorCode.InvalidRunPlan, refused.Code, refused.Message);
        Assert.IsFalse(File.Exists(to.Path));
    }

    // An edit by a person who knows the format: the nested bundle counts as an image, and its own images are omitted.
    private static RunPlanEntry CallImage(RunPlanEntry entry)
    {
        RunPlanItem[] items =
        [
            .. entry.Items.Where(item => item.RootBundle || entry.Bundles[0].Locations.Any(
                image => image.Image.Split('@')[1] == item.Source.Split('@')[1])).Select(item => item with { Bundle = item.RootBundle })
        ];
        return RunPlanCompletenessTests.Trim(entry with
        {
            Items = [.. items],
            Root = Array.FindIndex(items, item => item.RootBundle),
            Bundles =
            [
                entry.Bundles[0] with
                {
                    Locations = [.. entry.Bundles[0].Locations.Select(image => image with { IsBundle = false })]
                }
            ]
        });
    }

    private async Task RefusedAsync(string why, Func<RunPlanEntry, RunPlanEntry> edit)
    {
        RunPlanEntry entry = (await DocumentAsync(BundleSource("nested-bundle"), Together)).Relocations[0];
        ReadOnlyMemory<byte> json = RunPlanFile.ToJson(new RunPlanDocument { Tool = "1.0.0", Relocations = [edit(entry)] });
        await ShardAsync(Read(json), 1, 1);
        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(() => FinishAsync(Read(json), 1));
        Assert.AreEqual(ErrorCode.InvalidRunPlan, refused.Code, refused.Message);
        Assert.Contains(why, refused.Message);
        Assert.IsFalse(Registry.Get(Together).Tags.Keys.Any(tag => tag == "v1.0.0" || tag.Contains("locations", StringComparison.Ordinal)));
    }
}
