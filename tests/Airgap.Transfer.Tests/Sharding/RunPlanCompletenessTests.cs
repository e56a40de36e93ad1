using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Sharding;

namespace Airgap.Transfer.Tests.Sharding;

/// <summary>An incomplete plan is refused before anything moves.</summary>
[TestClass]
public sealed class RunPlanCompletenessTests : ShardingTestBase
{
    [TestMethod]
    public async Task ImagesPinnedByALock_AreIncluded()
    {
        RunPlanEntry entry = await EntryAsync("nested-bundle");
        AssertRefused("it lacks the image",
            Trim(entry with { Items = [entry.Items[entry.Root!.Value]], Root = 0, Bundles = [entry.Bundles[0]] }));
    }

    [TestMethod]
    public async Task Bundles_ListTheirPins()
    {
        RunPlanEntry entry = await EntryAsync("nested-bundle");
        AssertRefused("does not say what the bundle", entry with { Bundles = [] });
        AssertRefused("does not say what the bundle", entry with { Bundles = [entry.Bundles[0]] });
        AssertRefused("is not the digest of one of its bundles", entry with
        {
            Items = [.. entry.Items.Select((item, place) => place == entry.Root ? item : item with { Bundle = false })]
        });
        AssertRefused("do not match the bundle's lock", entry with
        {
            Bundles = [entry.Bundles[0] with { Locations = entry.Bundles[0].Locations[1..] }, .. entry.Bundles[1..]]
        });
    }

    [TestMethod]
    public async Task APlan_MovesOnlyWhatItLists()
    {
        RunPlanEntry entry = await EntryAsync("nested-bundle");
        foreach (RunPlanEntry other in new[]
        {
            entry with { Kind = RunPlanKinds.Image },
            entry with { Root = null },
            entry with { Root = (entry.Root + 1) % entry.Items.Length },
            entry with { ImagesLock = entry.Bundles[0].Lock },
            entry with { Items = [.. entry.Items.Select(item => item with { RootBundle = false })] },
        })
            AssertRefused("do not match its source", other);
    }

    [TestMethod]
    public async Task TheManifestsOfAnIndex_AreIncluded_OrRecordedAsOmitted()
    {
        RunPlanEntry entry = await EntryAsync("index-bundle");
        int place = entry.Manifests.ToList().FindIndex(manifest => manifest.Children is { Length: > 1 });
        RunPlanManifest index = entry.Manifests[place];
        string left = entry.Manifests[index.Children!.Value[^1]].Digest;
        RunPlanEntry sparse = Trim(entry with
        {
            Manifests = entry.Manifests.SetItem(place, index with { Children = index.Children.Value[..^1] })
        });
        AssertRefused("does not list it as omitted", sparse);
        Read(Noting(sparse, left));
        AssertRefused("'nope' is not the digest", Noting(sparse, "nope"));
        AssertRefused("no index in it lists", Noting(sparse, left, Digest.Compute("no"u8).ToString()));
        AssertRefused("does not list", entry with
        {
            Manifests = entry.Manifests.SetItem(place, index with { Children = [index.Children.Value[0], .. index.Children.Value[..^1]] })
        });

        RunPlanEntry Noting(RunPlanEntry of, params string[] leftOut) => of with
        {
            Bundles = [of.Bundles[0] with
            {
                Locations = [.. of.Bundles[0].Locations.Select(image => image.Image.EndsWith(index.Digest, StringComparison.Ordinal)
                    ? image with { LeftOut = [.. leftOut] } : image)]
            }]
        };
    }

    [TestMethod]
    public async Task AnImgpkgArchive_NeedsConfigs()
    {
        RunPlanEntry entry = (await EntryAsync("simple-app-bundle")) with { Repository = null, Archive = "a.tar", Format = "imgpkg" };
        AssertRefused("the plan lacks it", entry);
        Read(entry with { Format = "oci" });
    }

    [TestMethod]
    public async Task VerdictsAndWarnings_AreRead()
    {
        RunPlanEntry entry = await EntryAsync("simple-app-bundle");
        foreach (int code in new[] { -5, 0, 999_999 })
            AssertRefused($"the code {code}", entry with { Warnings = [new RunPlanWarning(code, "a", "b")] });
        AssertRefused("the code -5", entry with
        {
            Bundles = [entry.Bundles[0] with { PackageWarnings = [new RunPlanWarning(-5, "a", "b")] }]
        });
        AssertRefused("'nope' is not the digest", entry with { Signatures = [new RunPlanSignature("a.corp.com/b", "nope", [])] });
    }

    private async Task<RunPlanEntry> EntryAsync(string bundle) => (await DocumentAsync(BundleSource(bundle), Together)).Relocations[0];

    private RunPlan Read(RunPlanEntry entry) => Read(RunPlanFile.ToJson(new RunPlanDocument { Tool = "1.0.0", Relocations = [entry] }));

    private void AssertRefused(string why, RunPlanEntry entry)
    {
        AirgapException refused = Assert.ThrowsExactly<AirgapException>(() => Read(entry));
        Assert.AreEqual(ErrorCode.InvalidRunPlan, refused.Code, refused.Message);
        Assert.Contains(why, refused.Message);
    }

    // A cut by a person who knows the format: with exactly the blobs of the remaining content.
    internal static RunPlanEntry Trim(RunPlanEntry entry)
    {
        HashSet<string> needed = [];
        foreach (RunPlanItem item in entry.Items)
            Add(item.Manifest);
        return entry with { Blobs = [.. entry.Blobs.Where(blob => needed.Contains(blob.Digest))] };

        void Add(int place)
        {
            RunPlanManifest each = entry.Manifests[place];
            Manifest manifest = Manifest.Parse(each.Content, each.MediaType, Digest.Parse(each.Digest));
            if (manifest.Config is { } config)
                needed.Add(config.Digest.ToString());
            needed.UnionWith(manifest.Layers.Select(layer => layer.Digest.ToString()));
            foreach (int child in each.Children ?? [])
                Add(child);
        }
    }
}
