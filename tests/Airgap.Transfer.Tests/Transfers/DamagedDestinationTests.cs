using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Transfers;

/// <summary>A repository that lost blobs of its manifests is not reported as present, and a copy repairs it.</summary>
[TestClass]
public sealed class DamagedDestinationTests : RelocatorTestBase
{
    private const string Place = "mirror.local/apps/it";

    private static readonly RelocationDestination s_destination = new RelocationDestination.Repository(RepositoryName.Parse(Place));

    private FakeRepository There => Registry.Get(Place);

    [TestMethod]
    [DataRow("nested-bundle", false)]
    [DataRow("nested-bundle", true)]
    [DataRow("index-bundle", false)]
    [DataRow("foreign-bundle", false)]
    public async Task EachBlobThatIsGoneIsSentAgain(string bundle, bool repair)
    {
        await CopyToRepositoryAsync(BundleSource(bundle), Place);
        HashSet<Digest> images = [.. (await PlanAsync(bundle)).Blobs.Select(blob => blob.Descriptor.Digest)];
        foreach (Digest gone in There.Blobs.ToArray())
        {
            There.Remove(gone);
            TransferResult result = await CopyAsync(bundle, repair);
            Assert.Contains(gone, There.Blobs);
            Assert.AreEqual(images.Contains(gone) ? 1 : 0, result.Total(BlobOutcome.Copied).Count,
                "the locations image is none of the images");
            Assert.AreEqual(!images.Contains(gone), result.IsUpToDate);
            await AssertRightAsync(bundle);
        }
    }

    [TestMethod]
    [DataRow("nested-bundle")]
    [DataRow("index-bundle")]
    public async Task LostContent_IsSentAgain_WithBulkChecksAndAnEarlierPlan(string bundle)
    {
        TransferResult first = await CopyToRepositoryAsync(BundleSource(bundle), Place);
        foreach (Digest gone in There.Blobs.Concat(There.Manifests).ToArray())
        {
            There.Remove(gone);
            await CopyToRepositoryAsync(
                BundleSource(bundle), Place, new PlanOptions { EarlierPlans = [first.Plan] }, new TransferOptions { AsksInBulk = true });
            Assert.Contains(gone, There.Blobs.Concat(There.Manifests));
            await AssertRightAsync(bundle);
        }
    }

    [TestMethod]
    public async Task EachManifestThatIsGoneIsPutAgain()
    {
        await CopyToRepositoryAsync(BundleSource("index-bundle"), Place);
        foreach (Digest gone in There.Manifests.ToArray())
        {
            There.Remove(gone);
            await CopyAsync("index-bundle", repair: false);
            Assert.Contains(gone, There.Manifests);
            await AssertRightAsync("index-bundle");
        }
    }

    [TestMethod]
    public async Task ABlobThatIsGoneComesFromTheSourceAndNotFromTheRepositoryThatLostIt()
    {
        await CopyToRepositoryAsync(BundleSource("simple-app-bundle"), Place);
        Digest layer = (await PlanAsync("simple-app-bundle")).Items.First(item => !item.IsBundle).Content.Manifest.Layers[0].Digest;
        There.Remove(layer);
        Registry.Calls.Clear();
        await CopyAsync("simple-app-bundle", repair: false);
        Assert.IsTrue(Registry.Calls.Any(
            call => call.StartsWith($"get-blob {Fixtures.Registry}/", StringComparison.Ordinal)
            && call.EndsWith(layer.ToString(), StringComparison.Ordinal)));
        Assert.Contains(layer, There.Blobs);
    }

    [TestMethod]
    public async Task ADryRunFindsWhatARunWouldSend()
    {
        await CopyToRepositoryAsync(BundleSource("simple-app-bundle"), Place);
        There.Remove((await PlanAsync("simple-app-bundle")).Blobs[0].Descriptor.Digest);
        Relocator relocator = new(Registry);
        TransferPlan plan = await relocator.PlanAsync(BundleSource("simple-app-bundle"), Options(repair: false), Token);
        Assert.AreEqual(1, (await relocator.ForecastAsync(plan, s_destination, new TransferOptions(), Token))
            .Total(BlobOutcome.Copied).Count);
        Assert.AreEqual(1, (await relocator.RunAsync(plan, s_destination, new TransferOptions(), Token)).Total(BlobOutcome.Copied).Count);
    }

    [TestMethod]
    public async Task RepairFindsAFlippedBit()
    {
        await CopyToRepositoryAsync(BundleSource("simple-app-bundle"), Place);
        Digest spoiled = (await PlanAsync("simple-app-bundle")).Blobs[0].Descriptor.Digest;
        There.Corrupt(spoiled);
        Registry.Hook = (operation, repository, what) =>
        {
            // This registry replaces what it has.
            if (operation == "push-blob" && what == spoiled.ToString())
                There.Remove(spoiled);
            return Task.CompletedTask;
        };
        Assert.AreEqual(1, (await CopyAsync("simple-app-bundle", repair: true)).Total(BlobOutcome.Copied).Count);
        await AssertRightAsync("simple-app-bundle");
    }

    [TestMethod]
    public async Task ATagThatMovesBetweenPlanAndRunIsMovedBack()
    {
        await CopyToRepositoryAsync(BundleSource("simple-app-bundle"), Place);
        Relocator relocator = new(Registry);
        TransferPlan plan = await relocator.PlanAsync(BundleSource("simple-app-bundle"), Options(repair: false), Token);
        MoveTag(plan);
        TransferResult result = await relocator.RunAsync(plan, s_destination, new TransferOptions(), Token);
        Assert.IsTrue(result.IsComplete);
        Assert.AreEqual(plan.Root!.Digest, There.Tags["v1.0.0"]);
    }

    [TestMethod]
    public async Task ATagThatMovesWhileBlobsAreSentIsMovedBack()
    {
        await CopyToRepositoryAsync(BundleSource("simple-app-bundle"), Place);
        TransferPlan plan = await PlanAsync("simple-app-bundle");
        There.Remove(plan.Blobs[0].Descriptor.Digest);
        Registry.Hook = (operation, _, _) =>
        {
            if (operation == "push-blob")
                MoveTag(plan);
            return Task.CompletedTask;
        };
        await CopyAsync("simple-app-bundle", repair: false);
        Assert.AreEqual(plan.Root!.Digest, There.Tags["v1.0.0"]);
    }

    [TestMethod]
    public async Task APlanThatIsRunTwiceLooksAtTheDestinationTwice()
    {
        Relocator relocator = new(Registry);
        TransferPlan plan = await relocator.PlanAsync(BundleSource("simple-app-bundle"), Options(repair: false), Token);
        await relocator.RunAsync(plan, s_destination, new TransferOptions(), Token);
        foreach (Digest digest in There.Manifests.Concat(There.Blobs).ToArray())
            There.Remove(digest);
        TransferResult second = await relocator.RunAsync(plan, s_destination, new TransferOptions(), Token);
        Assert.AreEqual(plan.Blobs.Length, second.Total(BlobOutcome.Copied).Count);
        await AssertRightAsync("simple-app-bundle");
    }

    [TestMethod]
    public async Task ARegistryThatAnswersNoHeadForBlobsHasThemForAllThat()
    {
        await CopyToRepositoryAsync(BundleSource("simple-app-bundle"), Place);
        Registry.Hook = (operation, repository, _) => operation == "has-blob" && repository.ToString() == Place
            ? throw new Airgap.Oci.AirgapException(Airgap.Oci.ErrorCode.RegistryRefused, "405", "") : Task.CompletedTask;
        TransferResult result = await CopyAsync("simple-app-bundle", repair: false);
        await AssertRightAsync("simple-app-bundle");
        Assert.IsTrue(result.IsComplete);
    }

    private void MoveTag(TransferPlan plan) => There.AddManifest(plan.Items.First(item => !item.IsBundle).Content.Manifest, "v1.0.0");

    private Task<TransferPlan> PlanAsync(string bundle) =>
        new Relocator(Registry).PlanAsync(BundleSource(bundle), new PlanOptions(), Token);

    private static PlanOptions Options(bool repair) => new() { Destination = repair ? null : RepositoryName.Parse(Place) };

    private async Task<TransferResult> CopyAsync(string bundle, bool repair)
    {
        Relocator relocator = new(Registry);
        TransferPlan plan = await relocator.PlanAsync(BundleSource(bundle), Options(repair), Token);
        return await relocator.RunAsync(plan, s_destination, new TransferOptions { Repair = repair }, Token);
    }

    private async Task AssertRightAsync(string bundle)
    {
        Assert.AreEqual((await PlanAsync(bundle)).Root!.Digest, There.Tags["v1.0.0"]);
        VerificationResult verified =
            await new Verifier(Registry).VerifyAsync(new RelocationSource.Bundle(ImageReference.Parse($"{Place}:v1.0.0")), Token);
        Assert.IsTrue(verified.IsRight, string.Join('\n', verified.Problems));
    }
}
