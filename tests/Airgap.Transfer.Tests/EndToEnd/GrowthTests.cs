using System.Globalization;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>
/// Ten times the images need ten times the requests and the memory, on every route: no step examines all images for each image.
/// </summary>
/// <remarks>AIRGAP_GROWTH_IMAGES=10000 goes further than the default of 1,000.</remarks>
[TestClass]
[TestCategory(TestKinds.Slow)]
[DoNotParallelize]
public sealed class GrowthTests : RelocatorTestBase
{
    private const string Source = "many.example/bundle";

    [TestMethod]
    public async Task RequestsAndAllocationsGrowWithTheImagesAndNoFaster()
    {
        int most = int.Parse(Environment.GetEnvironmentVariable("AIRGAP_GROWTH_IMAGES") ?? "1000", CultureInfo.InvariantCulture);
        List<Dictionary<string, (int Calls, double Allocated)>> measured = [];
        for (int images = 10; images <= most; images *= 10)
            measured.Add(await MeasureAsync(images));

        foreach (string route in measured[0].Keys)
        {
            for (int i = 2; i < measured.Count; i++)
            {
                double images = Math.Pow(10, i);
                (int before, double allocatedBefore) = measured[i - 1][route];
                (int now, double allocated) = measured[i][route];
                int expected = 10 * (before - measured[i - 2][route].Calls);

                // A request that is saved only for few images, such as those during the reading of the lock, is expected ten times. Tags
                // that were too many to read before the number of images was known are listed once more.
                Assert.IsInRange(expected - 10, expected + 11, now - before, $"{route}: requests of {images} to {images * 10} images");
                Assert.IsLessThan(2 * allocatedBefore / images, allocated / (images * 10),
                    $"{route}: bytes allocated for each of {images * 10} images, and of a tenth of them twice");
            }
        }
    }

    [TestMethod]
    public async Task APresentCopyWithAnEarlierPlan_TakesLessThanATenthOfARequestPerImage()
    {
        const int Many = 1000;
        Write(Many);
        RelocationSource bundle = new RelocationSource.Bundle(Oci.Naming.ImageReference.Parse($"{Source}:{Many}"));
        TransferResult cold = await CopyToRepositoryAsync(bundle, "far.example/known");
        Registry.Calls.Clear();
        TransferResult again = await CopyToRepositoryAsync(
            bundle, "far.example/known", new PlanOptions { EarlierPlans = [cold.Plan] }, new TransferOptions { AsksInBulk = true });
        Assert.IsTrue(again.IsUpToDate);
        Assert.IsLessThan(Many / 10, Registry.Calls.Count, string.Join('\n', Registry.Calls.Take(50)));

        // Without a plan, one request for each image, and few for its blobs.
        Registry.Calls.Clear();
        again = await CopyToRepositoryAsync(bundle, "far.example/known", transfer: new TransferOptions { AsksInBulk = true });
        Assert.IsTrue(again.IsUpToDate);
        Assert.IsInRange(Many, Many * 1.05, Registry.Calls.Count);
    }

    private async Task<Dictionary<string, (int Calls, double Allocated)>> MeasureAsync(int images)
    {
        using TempFolder folder = new();
        Write(images);
        RelocationSource bundle = new RelocationSource.Bundle(Oci.Naming.ImageReference.Parse($"{Source}:{images}"));
        Dictionary<string, (int, double)> measured = [];
        await RunAsync("cold", () => CopyToRepositoryAsync(bundle, $"far.example/many{images}"));
        await RunAsync("present", () => CopyToRepositoryAsync(bundle, $"far.example/many{images}"));
        await RunAsync("mount", () => CopyToRepositoryAsync(bundle, $"many.example/many{images}"));
        await RunAsync("to tar", () => CopyToArchiveAsync(bundle, folder["a.tar"]));
        await RunAsync("finished tar", () => CopyToArchiveAsync(bundle, folder["a.tar"], transfer: new TransferOptions { Resume = true }));
        await RunAsync("from tar",
            () => CopyToRepositoryAsync(new RelocationSource.Archive(folder["a.tar"]), $"farther.example/many{images}"));
        return measured;

        async Task RunAsync(string route, Func<Task<TransferResult>> copy)
        {
            Registry.Calls.Clear();
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Assert.HasCount(images + 1, (await copy()).Items);
            measured.Add(route, (Registry.Calls.Count, GC.GetTotalAllocatedBytes(precise: true) - before));
        }
    }

    private void Write(int images)
    {
        FakeRepository repository = Registry.Get("many.example/images");
        StringBuilder locked = new("apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n");
        for (int i = 0; i < images; i++)
        {
            Manifest image = Add(repository, Encoding.UTF8.GetBytes($"layer {images} {i}"),
                $$"""{"os":"linux","n":"{{images}} {{i}}"}""", tag: null);
            locked.Append(CultureInfo.InvariantCulture, $"- image: {repository.Name}@{image.Digest}\n");
        }

        Add(Registry.Get(Source), ManyImages.Layer(locked.ToString()),
            """{"config":{"Labels":{"dev.carvel.imgpkg.bundle":"true"}}}""", $"{images}");
    }

    private static Manifest Add(FakeRepository repository, byte[] layer, string configText, string? tag)
    {
        byte[] config = Encoding.UTF8.GetBytes(configText);
        Digest layerDigest = repository.AddBlob(layer);
        Digest configDigest = repository.AddBlob(config);
        string json = $$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.DockerManifest}}","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":{{config.Length}},"digest":"{{configDigest}}"},"layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":{{layer.Length}},"digest":"{{layerDigest}}"}]}
            """;
        return repository.AddManifest(Manifest.Parse(Encoding.UTF8.GetBytes(json)), tag);
    }
}
