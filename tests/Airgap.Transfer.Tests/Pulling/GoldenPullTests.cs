using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pulling;

namespace Airgap.Transfer.Tests.Pulling;

/// <summary>Layers unpack as by imgpkg.</summary>
[TestClass]
public sealed class GoldenPullTests : PullTestBase
{
    [TestMethod]
    [GoldenBundles]
    public async Task ABundleIsUnpackedAsImgpkgDoes(string bundle)
    {
        PullResult result = await PullAsync(Bundle(bundle));

        Assert.AreEqual(await File.ReadAllTextAsync(Fixtures.Golden($"{bundle}.pull.txt"), Token), Listing(Output));
        Assert.AreEqual(await File.ReadAllTextAsync(Fixtures.Golden($"{bundle}.pull.images.yml"), Token),
            await File.ReadAllTextAsync(Path.Combine(Output, ".imgpkg", "images.yml"), Token));
        CollectionAssert.AreEquivalent(Texts(Fixtures.Input(bundle)), Texts(Output));
        Assert.AreEqual(LockUpdate.Kept, result.LockUpdate);
        Assert.IsTrue(result.Items.Single().IsBundle);
        Assert.AreEqual(Texts(Output).Count, result.Files);
        AssertOnly("out", "state");
    }

    [TestMethod]
    [GoldenBundles]
    public async Task ARelocatedBundleNamesItsRepository(string bundle)
    {
        PullResult result = await PullAsync(Bundle(bundle, "mirror"));

        Assert.AreEqual(await File.ReadAllTextAsync(Fixtures.Golden($"{bundle}.mirror-pull.images.yml"), Token),
            await File.ReadAllTextAsync(Path.Combine(Output, ".imgpkg", "images.yml"), Token));
        Assert.AreEqual(await File.ReadAllTextAsync(Fixtures.Golden($"{bundle}.pull.txt"), Token), Listing(Output));
        Assert.AreEqual(LockUpdate.Updated, result.LockUpdate);
        Assert.IsTrue(result.Items.Single().LockUpdated);
    }

    [TestMethod]
    public async Task NestedBundlesAreUnpackedOnceEach()
    {
        PullResult result = await PullAsync(Request(Bundle("nested-bundle")) with { Recursive = true });

        Assert.AreEqual(await File.ReadAllTextAsync(Fixtures.Golden("nested-bundle.pull-recursive.txt"), Token), Listing(Output));
        Assert.AreEqual(3, result.Items.Length);
        foreach (PulledItem item in result.Items.Skip(1))
        {
            Assert.AreEqual($".imgpkg/bundles/sha256-{item.Reference.Digest!.Value.Hex}", item.Path);
            CollectionAssert.AreEquivalent(
                Texts(Fixtures.Input(item.Reference.Repository.LastSegment)), Texts(Path.Combine(Output, item.Path)));
        }
    }

    [TestMethod]
    public async Task NestedBundlesOfARelocatedBundleNameItsRepositoryToo()
    {
        PullResult result = await PullAsync(Request(Bundle("nested-bundle", "mirror")) with { Recursive = true });

        Assert.AreEqual(3, result.Items.Length);
        foreach (PulledItem item in result.Items)
        {
            Assert.IsTrue(item.LockUpdated, item.ToString());
            string images = await File.ReadAllTextAsync(Path.Combine(Output, item.Path, ".imgpkg", "images.yml"), Token);
            Assert.IsFalse(images.Split('\n')
                .Any(line => line.Contains("  image: ", StringComparison.Ordinal)
                    && !line.Contains("registry.local:5055/mirror/nested-bundle@", StringComparison.Ordinal)), images);
        }
    }

    [TestMethod]
    [DataRow("pull.txt", "user1/nested-bundle", false)]
    [DataRow("pull-recursive.txt", "user1/nested-bundle", true)]
    [DataRow("pull-relocated.txt", "mirror/simple-app-bundle", false)]
    public async Task TheLines_AreImgpkgs(string golden, string bundle, bool recursive)
    {
        Recorder recorder = new();
        await PullAsync(Request(Bundle(bundle.Split('/')[1], bundle.Split('/')[0])) with { Recursive = recursive }, recorder);
        Assert.AreSequenceEqual((await File.ReadAllLinesAsync(Fixtures.Golden($"lines/{golden}"), Token))[1..^3], recorder.Lines);
    }

    [TestMethod]
    public async Task ALockFileGivesItsBundle()
    {
        PullResult result = await PullAsync(new RelocationSource.Lock(Fixtures.Golden("simple-app-bundle.bundle-lock.yml")));
        Assert.AreEqual(LockUpdate.Updated, result.LockUpdate);
        Assert.AreEqual("registry.local:5055/mirror/simple-app-bundle", result.Reference.Repository.ToString());
        await RefusedAsync(ErrorCode.InvalidLock,
            Request(new RelocationSource.Lock(Path.Combine(Fixtures.Input("simple-app-bundle"), ".imgpkg", "images.yml"))));
    }

    [TestMethod]
    public async Task AnImageIsUnpackedWithoutALock()
    {
        PullResult result = await PullAsync(Image("apps/frontend:1.0.0"));
        Assert.AreEqual(LockUpdate.None, result.LockUpdate);
        Assert.IsFalse(result.Items.Single().IsBundle);
        Assert.AreNotEqual(0, result.Files);
        Assert.IsFalse(Directory.Exists(Path.Combine(Output, ".imgpkg")));
    }

    [TestMethod]
    public async Task ThePulledKind_MustBeTheRequestedKind()
    {
        AirgapException e = await RefusedAsync(ErrorCode.UnexpectedBundle, Request(Image("user1/simple-app-bundle:v1.0.0")));
        StringAssert.StartsWith(e.Message, "Expected bundle flag when pulling a bundle (hint: Use -b instead of -i for bundles)");
        e = await RefusedAsync(ErrorCode.NotABundle,
            Request(new RelocationSource.Bundle(ImageReference.Parse("registry.local:5055/apps/frontend:1.0.0"))));
        StringAssert.StartsWith(e.Message, "Expected bundle image but found plain image (hint: Did you use -i instead of -b?)");
        e = await RefusedAsync(ErrorCode.InvalidArgument, Request(Image("apps/multi:1.0.0")));
        StringAssert.StartsWith(
            e.Message, "Unable to pull non-images, such as image indexes. (hint: provide a specific digest to the image instead)");
        await RefusedAsync(ErrorCode.NotABundle,
            Request(new RelocationSource.Bundle(ImageReference.Parse("registry.local:5055/apps/multi:1.0.0"))));
        await RefusedAsync(ErrorCode.ManifestUnknown, Request(Image("apps/frontend:none")));
        AssertOnly();
    }

    [TestMethod]
    public async Task ABundleCanBeTakenAsAnImage()
    {
        PullResult result = await PullAsync(Request(Image("user1/simple-app-bundle:v1.0.0")) with { ImageIsBundleCheck = false });
        Assert.AreEqual(LockUpdate.None, result.LockUpdate);
        CollectionAssert.AreEquivalent(Texts(Fixtures.Input("simple-app-bundle")), Texts(Output));
    }

    [TestMethod]
    public async Task WithoutALocationsImageEachImageIsLookedFor()
    {
        FakeRepository mirror = Registry.Get("registry.local:5055/mirror/simple-app-bundle");
        Digest locations = mirror.Tags.Single(tag => tag.Key.EndsWith(".image-locations.imgpkg", StringComparison.Ordinal)).Value;
        mirror.Remove(locations);
        Assert.AreEqual(LockUpdate.Updated, (await PullAsync(Bundle("simple-app-bundle", "mirror"))).LockUpdate);

        mirror.Remove(Digest.Parse("sha256:4c6d71a056e11e066e3f65230992d23a68c9a4ea23ac8a1e3fab535e12571090"));
        Assert.AreEqual(LockUpdate.Kept, (await PullAsync(Bundle("simple-app-bundle", "mirror"))).LockUpdate);
        Assert.AreEqual(
            await File.ReadAllTextAsync(Fixtures.Golden("simple-app-bundle.pull.images.yml"), Token),
            await File.ReadAllTextAsync(Path.Combine(Output, ".imgpkg", "images.yml"), Token));
    }

    [TestMethod]
    public async Task WithALocationsImageNoImageIsLookedFor()
    {
        await PullAsync(Bundle("simple-app-bundle", "mirror"));
        Assert.IsFalse(Registry.Calls.Any(call => call.StartsWith("resolve ", StringComparison.Ordinal)),
            string.Join('\n', Registry.Calls));
    }

    [TestMethod]
    [DataRow(ErrorCode.Forbidden)]
    [DataRow(ErrorCode.Unauthorized)]
    public async Task ARefusedLookMeansNotRelocated(ErrorCode code)
    {
        Registry.Hook = (operation, _, _) => operation == "resolve" ? throw new AirgapException(code, "No.", "") : Task.CompletedTask;
        Assert.AreEqual(LockUpdate.Kept, (await PullAsync(Bundle("simple-app-bundle"))).LockUpdate);
    }

    [TestMethod]
    [DataRow("simple-app-bundle", false)]
    [DataRow("nested-bundle", false)]
    [DataRow("nested-bundle", true)]
    public async Task AnArchiveNeedsNoRegistry(string bundle, bool recursive)
    {
        PullResult result = await PullAsync(Request(Archive($"{bundle}.tar")) with { Recursive = recursive });

        Assert.IsTrue(Registry.Calls.IsEmpty);
        Assert.AreEqual(LockUpdate.None, result.LockUpdate);
        Assert.AreEqual(await File.ReadAllTextAsync(
            Fixtures.Golden(recursive ? $"{bundle}.pull-recursive.txt" : $"{bundle}.pull.txt"), Token), Listing(Output));
        Assert.AreEqual(await File.ReadAllTextAsync(Fixtures.Golden($"{bundle}.pull.images.yml"), Token),
            await File.ReadAllTextAsync(Path.Combine(Output, ".imgpkg", "images.yml"), Token));
    }

    [TestMethod]
    public async Task AnArchiveOfSeveralImagesWantsOneNamed()
    {
        AirgapException e = await RefusedAsync(ErrorCode.ArchiveRootUnknown, Request(Archive("images-lock.tar")));
        StringAssert.Contains(e.Advice, "registry.local:5055/apps/frontend@sha256:");
        string frontend = "registry.local:5055/apps/frontend@sha256:92a7a4dbfa6939d8b273071af943214ce0d8e85c44b01484c801a08f05da55cd";
        PullResult result = await PullAsync(Request(Archive("images-lock.tar")) with { ArchiveItem = ImageReference.Parse(frontend) });
        Assert.AreEqual(frontend, result.Reference.ToString());
        await RefusedAsync(ErrorCode.ImageNotFound,
            Request(Archive("images-lock.tar")) with { ArchiveItem = ImageReference.Parse("registry.local:5055/apps/frontend:none") });
        await RefusedAsync(ErrorCode.InvalidArgument, Request(Archive("multi-image.tar")));
    }
}
