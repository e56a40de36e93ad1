using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>With high latency, requests cost most: each kind is counted where it arrives.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class RequestCountTests : WireTestBase
{
    [TestMethod]
    public async Task AColdCopyMakesTwoRequestsABlobAndOneAManifestAndTag()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using RegistryClient client = Client(source);
        TransferResult result = await CopyAsync(client, BundleSource("nested-bundle"), Repository(destination.Host, "apps/it"));

        // Three bundles have three locations images: two blobs, and two tags of one manifest each.
        int blobs = result.Blobs.Length + (3 * 2);
        int tags = File.ReadAllLines(Fixtures.Golden("nested-bundle.mirror-tags.txt")).Length;
        Assert.HasCount(blobs, destination.Of(RequestKind.UploadPost));
        Assert.IsLessThanOrEqualTo(blobs, destination.Of(RequestKind.UploadPut).Count);
        Assert.HasCount(tags, destination.Of(RequestKind.ManifestPut));
        Assert.HasCount(0, destination.Of(RequestKind.BlobHead));
        Assert.HasCount(0, destination.Of(RequestKind.ManifestHead));
        Assert.IsLessThanOrEqualTo(
            4, destination.Requests.Count - blobs - destination.Of(RequestKind.UploadPut).Count - tags,
            "a ping, a list of tags, and a look for the locations image");

        Assert.HasCount(result.Blobs.Length, source.Of(RequestKind.BlobGet), "one GET a blob");
        Assert.IsEmpty(source.Requests.Where(request => request.Kind is RequestKind.BlobGet or RequestKind.ManifestGet)
            .GroupBy(request => request.PathAndQuery).Where(group => group.Count() > 1).Select(group => group.Key));
        Assert.IsTrue(source.Requests.All(request => request.Kind is RequestKind.Ping or RequestKind.ManifestGet or RequestKind.BlobGet));
    }

    [TestMethod]
    public async Task ACopyOfWhatIsThereMakesOneRequestAManifestAndAsksOnceForEachBlob()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using (RegistryClient first = Client(source))
            await CopyAsync(first, BundleSource("index-bundle"), Repository(destination.Host, "apps/it"));
        destination.Clear();
        source.Clear();
        using RegistryClient client = Client(source);
        TransferResult second = await CopyAsync(client, BundleSource("index-bundle"), Repository(destination.Host, "apps/it"));
        Assert.IsTrue(second.IsUpToDate);
        int manifests = second.Plan.Items.SelectMany(item => item.Content.SelfAndDescendants()).Select(node => node.Manifest.Digest)
            .Distinct().Count();
        int blobs = second.Blobs.Length + 2;
        Assert.HasCount(blobs, destination.Of(RequestKind.BlobHead), "those of the images, and the two of the locations image");
        Assert.IsLessThanOrEqualTo(
            manifests + 8, destination.Requests.Count - blobs,
            "one each, and a ping, a list, the locations and the user's tag: " + string.Join('\n', destination.Requests));
        Assert.IsLessThanOrEqualTo(6, source.Requests.Count, "a ping or two, and the bundle alone: " + string.Join('\n', source.Requests));
        Assert.IsTrue(destination.Requests.All(request => request.Method is "GET" or "HEAD"));
    }

    [TestMethod]
    public async Task AMountMakesOneRequestABlob()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using RegistryClient client = Client(source);
        TransferResult result = await CopyAsync(client, BundleSource("index-bundle"), Repository(Fixtures.Registry, "new/place"));
        Assert.IsTrue(result.Items.All(item => item.Outcome == BlobOutcome.Mounted));
        Assert.HasCount(result.Blobs.Length + 2, source.Of(RequestKind.UploadPost));
        Assert.HasCount(2, source.Of(RequestKind.UploadPut), "only the new locations image is sent");
    }

    [TestMethod]
    public async Task ToATarEveryBlobAndManifestIsFetchedOnce()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using RegistryClient client = Client(source);
        using TempFolder folder = new();
        TransferResult result = await CopyAsync(client, BundleSource("nested-bundle"), new RelocationDestination.Archive(folder["it.tar"]));
        Assert.HasCount(result.Blobs.Length, source.Of(RequestKind.BlobGet));
        Assert.IsEmpty(source.Requests.GroupBy(request => request.PathAndQuery).Where(group => group.Count() > 1)
            .Select(group => group.Key));
    }

    [TestMethod]
    public async Task AFinishedTarFetchesNoLayerAgain()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        File.Copy(Fixtures.Golden("nested-bundle.tar"), folder["it.tar"]);
        using RegistryClient client = Client(source);
        TransferResult result = await CopyAsync(
            client, BundleSource("nested-bundle"), new RelocationDestination.Archive(folder["it.tar"]), transfer: new TransferOptions
            {
                Resume = true
            });
        Assert.IsTrue(result.IsUpToDate);
        HashSet<string> bundles =
            [.. result.Plan.Items.Where(item => item.IsBundle).Select(item => item.Content.Manifest.Layers[0].Digest.ToString())];
        Assert.IsEmpty(source.Of(RequestKind.BlobGet).Where(request => !bundles.Contains(request.Reference))
            .Select(request => request.Path));

        // The root by its tag; for the others only a check whether the bundle's repository has them.
        Assert.HasCount(1, source.Of(RequestKind.ManifestGet).Where(request => request.Status == 200));
    }
}
