using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.TestKit.Layouts;
using Airgap.TestKit.Peers;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Archives.Layouts;

/// <summary>skopeo reads our layouts, and we read skopeo's; digests stay the same.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class LayoutPeerTests : LayoutTestBase
{
    [TestMethod]
    [DataRow("nested-bundle", true)]
    [DataRow("nested-bundle", false)]
    [DataRow("index-bundle", true)]
    [DataRow("index-bundle", false)]
    [DataRow("signed-bundle", true)]
    public async Task SkopeoTakesOciImagesOutByTheirNames(string bundle, bool isTar)
    {
        using TempFolder folder = new();
        TransferResult result = await ToLayoutAsync(
            BundleSource(bundle), folder["a"], isTar, plan: new PlanOptions { CosignSignatures = bundle == "signed-bundle" });
        string transport = isTar ? "oci-archive" : "oci";

        // skopeo ignores docker's types in a layout, and we keep digests: such images are for containerd, oras and crane.
        PlannedItem[] items = [.. result.Plan.Items.Where(
            item => item.Content.SelfAndDescendants()
            .All(node => node.Manifest.MediaType is MediaTypes.OciIndex or MediaTypes.OciManifest))];
        Assert.IsNotEmpty(items);
        foreach (PlannedItem item in items)
        {
            string source = $"{transport}:{folder["a"]}:{item.Tag ?? ContentTag.Of(item.Digest)}";
            Assert.AreEqual(item.Digest, Digest.Compute(Encoding.UTF8.GetBytes(await Skopeo.InspectRawAsync(source))), source);
            string copy = folder[item.Digest.Hex];
            (await Skopeo.CopyAsync(source, $"dir:{copy}")).EnsureSuccess();
            Assert.AreEqual(item.Digest, Digest.Compute(await File.ReadAllBytesAsync(Path.Combine(copy, "manifest.json"), Token)));
            foreach (Descriptor blob in item.Content.SelfAndDescendants().SelectMany(node => node.Blobs))
                Assert.AreEqual(blob.Digest, Digest.Compute(await File.ReadAllBytesAsync(Path.Combine(copy, blob.Digest.Hex), Token)));
        }
    }

    [TestMethod]
    [DataRow("oci", false)]
    [DataRow("oci-archive", false)]
    [DataRow("oci", true)]
    [DataRow("oci-archive", true)]
    public async Task ALayoutBySkopeo_IsImported(string transport, bool isIndex)
    {
        using TempFolder folder = new();
        LayoutBuilder layout = new(folder["made"]);
        string image = layout.Image("one", MediaTypes.OciLayerGzip);
        string root = isIndex ? layout.Index([image, layout.Image("two", MediaTypes.OciLayerGzip)]) : image;
        layout.Write([layout.Named(root, "v7")]);
        (await Skopeo.CopyAsync($"oci:{folder["made"]}:v7", $"{transport}:{folder["written"]}:v7")).EnsureSuccess();

        VerificationResult verdict = await new Verifier(Registry).VerifyAsync(At(folder["written"]), Token);
        Assert.IsTrue(verdict.IsRight, string.Join(' ', verdict.Problems));
        TransferResult result = await CopyToRepositoryAsync(At(folder["written"]), "dest.example/it");
        Assert.AreEqual(layout.DigestOf(root), result.Root!.Item.Digest);
        Assert.AreEqual(layout.DigestOf(root), Registry.Get("dest.example/it").Tags["v7"]);
        Assert.HasCount(isIndex ? 3 : 1, Registry.Get("dest.example/it").Manifests);
    }

    [TestMethod]
    public async Task ABundleThatSkopeoCarriedWithItsImageGetsItsLocations()
    {
        using TempFolder folder = new();
        LayoutBuilder layout = new(folder["made"]);
        string image = layout.Image("app", MediaTypes.OciLayerGzip);
        string bundle = layout.Bundle([$"r.example/app@{layout.DigestOf(image)}"]);
        layout.Write([layout.Named(bundle, "b1"), layout.Named(image, "app")]);
        foreach (string name in (string[])["b1", "app"])
            (await Skopeo.CopyAsync($"oci:{folder["made"]}:{name}", $"oci:{folder["written"]}:{name}")).EnsureSuccess();

        TransferResult result = await CopyToRepositoryAsync(At(folder["written"]), "dest.example/it");
        Assert.AreEqual(layout.DigestOf(bundle), result.Root!.Item.Digest);
        Assert.Contains($"sha256-{layout.DigestOf(bundle).Hex}.image-locations.imgpkg", TagLines("dest.example/it"));
        Assert.AreEqual(layout.DigestOf(bundle), Registry.Get("dest.example/it").Tags["b1"]);
    }

    [TestMethod]
    public async Task SkopeoAddsToALayoutThatWasWrittenHere()
    {
        using TempFolder folder = new();
        LayoutBuilder layout = new(folder["made"]);
        layout.Write([layout.Named(layout.Image("other", MediaTypes.OciLayerGzip), "other")]);
        await ToLayoutAsync(BundleSource("simple-app-bundle"), folder["a"], isTar: false);
        (await Skopeo.CopyAsync($"oci:{folder["made"]}:other", $"oci:{folder["a"]}:other")).EnsureSuccess();
        TransferResult result = await CopyToRepositoryAsync(At(folder["a"]), "dest.example/it");
        Assert.Contains("v1.0.0 ", TagLines("dest.example/it"));
        Assert.Contains("other ", TagLines("dest.example/it"));
        Assert.AreEqual("v1.0.0", result.Root!.Item.Tag);
    }

    [TestMethod]
    public async Task ManifestsThatOrasListsBesideTheirIndexTravelWithIt()
    {
        using TempFolder folder = new();
        LayoutBuilder layout = new(folder["made"]);
        string one = layout.Image("one", MediaTypes.OciLayerGzip);
        string index = layout.Index([one]);
        layout.Write([layout.Named(index, "v1"), one]);
        TransferResult result = await CopyToRepositoryAsync(At(folder["made"]), "dest.example/it");
        Assert.HasCount(1, result.Items);
        Assert.AreEqual(layout.DigestOf(index), result.Root!.Item.Digest);
    }
}
