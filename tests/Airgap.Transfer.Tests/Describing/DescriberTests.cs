using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Describing;

namespace Airgap.Transfer.Tests.Describing;

/// <summary>Descriptions compared with imgpkg's output, from a registry and from archives.</summary>
[TestClass]
public sealed class DescriberTests : RelocatorTestBase
{
    private const string Backend = "sha256:4c6d71a056e11e066e3f65230992d23a68c9a4ea23ac8a1e3fab535e12571090";

    [TestMethod]
    [GoldenBundles]
    public async Task TextAndYamlAreImgpkgs(string name)
    {
        AssertGolden(name, await new Describer(Registry).DescribeAsync(Bundle(name), new(), Token));
    }

    [TestMethod]
    [GoldenBundles]
    public async Task AnArchiveTellsTheSameAsItsRegistry(string name)
    {
        AssertGolden(name, await Describer.DescribeArchiveAsync(new(Fixtures.Golden($"{name}.tar")), new(), Token));
    }

    [TestMethod]
    public async Task LayersAndSignaturesCanBeLeftOut()
    {
        DescribeOptions options = new() { Layers = false, CosignArtifacts = false };
        foreach (BundleDescription bundle in new[]
        {
            await new Describer(Registry).DescribeAsync(Bundle("signed-bundle"), options, Token),
            await Describer.DescribeArchiveAsync(new(Fixtures.Golden("signed-bundle.tar")), options, Token),
        })
        {
            Assert.IsTrue(bundle.Images.All(image => image.Kind == DescribedKind.Image && image.Layers.IsEmpty));
            Assert.HasCount(2, bundle.Images);
            Assert.DoesNotContain("Layers", DescriptionText.Write(bundle));
            Assert.DoesNotContain("layers", DescriptionYaml.Write(bundle));
        }

        Assert.IsFalse(Registry.Calls.Any(call => call.EndsWith(".sig", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task ARelocatedBundleIsDescribedFromItsRepositoryAlone()
    {
        BundleDescription bundle = await new Describer(Registry).DescribeAsync(Mirror("nested-bundle"), new(), Token);
        Assert.IsTrue(Registry.Calls.All(call => call.Contains($"{Fixtures.Registry}/mirror/nested-bundle ", StringComparison.Ordinal)));
        Assert.AreSequenceEqual(
            ["mid-bundle", "simple-app-bundle"], bundle.Bundles.Select(nested => nested.Origin.Repository.LastSegment).ToArray());
        Assert.IsTrue(bundle.Bundles.All(nested => nested.Image.Repository.Path == "mirror/nested-bundle"));
        ImageDescription locations = bundle.Images.Single(image => image.Kind == DescribedKind.Internal);
        Assert.AreEqual(Registry.Get($"{Fixtures.Registry}/mirror/nested-bundle").Tags[LocationsImage.Tag(bundle.Digest)],
            locations.Image.Digest);
        Assert.Contains("Type: Internal", DescriptionText.Write(bundle));
    }

    [TestMethod]
    public async Task WithoutOriginsWhatIsNotBesideTheBundleIsListedAsThat()
    {
        Registry.Get($"{Fixtures.Registry}/mirror/simple-app-bundle").Remove(Digest.Parse(Backend));
        BundleDescription bundle =
            await new Describer(Registry).DescribeAsync(Mirror("simple-app-bundle"), new() { Origins = false }, Token);
        Assert.IsFalse(Registry.Calls.Any(call => call.Contains("/apps/", StringComparison.Ordinal)));
        ImageDescription missing = bundle.Images.Single(image => image.Error is not null);
        Assert.AreEqual($"{Fixtures.Registry}/apps/backend@{Backend}", missing.Image.ToString());
        Assert.Contains($"Error: {missing.Error}\n", DescriptionText.Write(bundle));
        Assert.Contains($"{missing.Image}:\n", DescriptionYaml.Write(bundle));

        BundleDescription found = await new Describer(Registry).DescribeAsync(Mirror("simple-app-bundle"), new(), Token);
        Assert.IsTrue(found.Images.All(image => image.Error is null));
        Assert.IsTrue(Registry.Calls.Any(call => call.Contains("/apps/backend ", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task AForbiddenSignatureIsNone()
    {
        Registry.Hook = (operation, _, what) => what.EndsWith(".sig", StringComparison.Ordinal)
            ? throw new AirgapException(ErrorCode.Forbidden, "No.", "")
            : Task.CompletedTask;
        BundleDescription bundle = await new Describer(Registry).DescribeAsync(Bundle("signed-bundle"), new(), Token);
        Assert.HasCount(2, bundle.Images);
    }

    [TestMethod]
    public async Task PlainImagesAndUnknownTagsAreRefused()
    {
        await FailsAsync(ErrorCode.NotABundle, "apps/frontend:1.0.0");
        await FailsAsync(ErrorCode.NotABundle, "apps/multi:1.0.0");
        await FailsAsync(ErrorCode.ManifestUnknown, "user1/simple-app-bundle:none");

        async Task FailsAsync(ErrorCode code, string path)
        {
            AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
                () => new Describer(Registry).DescribeAsync(ImageReference.Parse($"{Fixtures.Registry}/{path}"), new(), Token));
            Assert.AreEqual(code, failure.Code);
            Assert.Contains(path, failure.Message);
        }
    }

    [TestMethod]
    public async Task AnArchiveWithoutARootBundleIsRefused()
    {
        foreach (string name in new[] { "multi-image.tar", "images-lock.tar" })
        {
            AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
                () => Describer.DescribeArchiveAsync(new(Fixtures.Golden(name)), new(), Token));
            Assert.AreEqual(ErrorCode.ArchiveRootUnknown, failure.Code);
            Assert.Contains(name, failure.Message);
        }
    }

    [TestMethod]
    public async Task JsonHoldsTheWholeTree()
    {
        BundleDescription bundle = await new Describer(Registry).DescribeAsync(Bundle("nested-bundle"), new(), Token);
        using JsonDocument json = JsonDocument.Parse(DescriptionDocument.Of(bundle).ToJson());
        JsonElement root = json.RootElement;
        Assert.AreEqual(bundle.Digest.ToString(), root.GetProperty("digest").GetString());
        Assert.IsFalse(root.TryGetProperty("annotations", out _));
        JsonElement mid = root.GetProperty("bundles")[0];
        Assert.AreEqual(bundle.Bundles[0].Origin.ToString(), mid.GetProperty("origin").GetString());
        JsonElement backend = mid.GetProperty("bundles")[0].GetProperty("images")[0];
        Assert.AreEqual(Backend, backend.GetProperty("digest").GetString());
        Assert.AreEqual("Image", backend.GetProperty("type").GetString());
        Assert.AreEqual(40380, backend.GetProperty("layers")[0].GetProperty("size").GetInt64());
        Assert.AreEqual($"{Fixtures.Registry}/apps/backend",
            backend.GetProperty("annotations").GetProperty("kbld.carvel.dev/id").GetString());
    }

    private static void AssertGolden(string name, BundleDescription bundle)
    {
        Assert.AreEqual(File.ReadAllText(Fixtures.Golden($"{name}.describe.txt")), DescriptionText.Write(bundle));
        Assert.AreEqual(File.ReadAllText(Fixtures.Golden($"{name}.describe.yaml")), DescriptionYaml.Write(bundle) + "\nSucceeded\n");
    }

    private static ImageReference Mirror(string name) => ImageReference.Parse($"{Fixtures.Registry}/mirror/{name}:v1.0.0");
}
