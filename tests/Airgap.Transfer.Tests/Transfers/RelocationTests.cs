using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Transfers;

[TestClass]
public sealed class RelocationTests : RelocatorTestBase
{
    private const string Destination = "dest.example:5000/apps/it";

    [TestMethod]
    [GoldenBundles]
    public async Task ABundleArrivesUnderImgpkgsTags(string bundle)
    {
        await CopyToRepositoryAsync(BundleSource(bundle), Destination, new PlanOptions { CosignSignatures = bundle == "signed-bundle" });
        Assert.AreEqual(await File.ReadAllTextAsync(Fixtures.Golden($"{bundle}.mirror-tags.txt"), Token), TagLines(Destination));
    }

    [TestMethod]
    public async Task RepositoryBasedTagsAreImgpkgs()
    {
        await CopyToRepositoryAsync(
            BundleSource("simple-app-bundle"), Destination, transfer: new TransferOptions { RepositoryBasedTags = true });
        string[] expected = (await File.ReadAllTextAsync(Fixtures.Golden("simple-app-bundle.repo-based-tags.txt"), Token))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.AreSequenceEqual(
            expected.Order(StringComparer.Ordinal).ToArray(), Registry.Get(Destination).Tags.Keys.Order(StringComparer.Ordinal).ToArray());
    }

    [TestMethod]
    public async Task TheUsersTagComesLast()
    {
        await CopyToRepositoryAsync(BundleSource("nested-bundle"), Destination);
        Assert.AreEqual($"push-manifest {Destination} v1.0.0", Registry.Calls.Last());
    }

    [TestMethod]
    public async Task NothingIsFetchedTwice()
    {
        await CopyToRepositoryAsync(BundleSource("nested-bundle"), Destination);
        Assert.IsEmpty(Registry.Calls.Where(call => call.StartsWith("get-", StringComparison.Ordinal)).GroupBy(call => call)
            .Where(group => group.Count() > 1).Select(group => group.Key));
        Assert.IsEmpty(Registry.Calls.Where(call => call.StartsWith("push-", StringComparison.Ordinal)).GroupBy(call => call)
            .Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [TestMethod]
    public async Task ASecondRunMovesNothing()
    {
        await CopyToRepositoryAsync(BundleSource("index-bundle"), Destination);
        Registry.Calls.Clear();
        TransferResult second = await CopyToRepositoryAsync(BundleSource("index-bundle"), Destination);
        Assert.IsTrue(second.IsUpToDate);
        Assert.IsTrue(second.Blobs.All(blob => blob.Outcome == BlobOutcome.Present));
        Assert.IsEmpty(Registry.Calls.Where(call => call.StartsWith("push-", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task OnlyWhatChangedMoves()
    {
        await CopyToRepositoryAsync(BundleSource("simple-app-bundle"), Destination);
        TransferResult nested = await CopyToRepositoryAsync(BundleSource("nested-bundle"), Destination);
        Assert.AreEqual(BlobOutcome.Present, nested.Items.Single(item => item.Item.Source.Repository.Path == "apps/backend").Outcome);
        Assert.AreEqual(BlobOutcome.Copied, nested.Items.Single(item => item.Item.Source.Repository.Path == "apps/model").Outcome);
    }

    [TestMethod]
    public async Task WithinOneRegistryBlobsAreMountedThoseOfIndexChildrenToo()
    {
        TransferResult result = await CopyToRepositoryAsync(BundleSource("index-bundle"), $"{Fixtures.Registry}/new/place");
        Assert.IsTrue(result.Blobs.All(blob => blob.Outcome == BlobOutcome.Mounted),
            string.Join(", ", result.Blobs.Select(blob => blob.Outcome)));
        Assert.IsTrue(result.Items.All(item => item.Outcome == BlobOutcome.Mounted));
    }

    [TestMethod]
    public async Task ARegistryThatRefusesTheMountGetsTheBytes()
    {
        Registry.RefuseMounts = true;
        TransferResult result = await CopyToRepositoryAsync(BundleSource("index-bundle"), $"{Fixtures.Registry}/new/place");
        Assert.IsTrue(result.Blobs.All(blob => blob.Outcome == BlobOutcome.Copied));
    }

    [TestMethod]
    public async Task ManifestsThatShareASlowLayerNeverOvertakeIt()
    {
        // Both images share the layer 3ca7…; the registry refuses a manifest whose blobs are missing.
        const string Shared = "sha256:3ca7d6f29e38e489213d5ef50fd7361eb9851e362e46a9821f4a588fb3de9532";
        TaskCompletionSource held = new();
        TaskCompletionSource othersDone = new();
        int others = 0;
        Registry.Hook = async (operation, repository, what) =>
        {
            if (operation != "push-blob" || repository.Registry != "dest.example:5000")
                return;
            if (what == Shared)
                await held.Task;
            else if (Interlocked.Increment(ref others) == 6)
                othersDone.SetResult();
        };
        Task<TransferResult> copying = CopyToRepositoryAsync(BundleSource("simple-app-bundle"), Destination);
        await othersDone.Task;
        Assert.IsFalse(copying.IsCompleted);
        held.SetResult();
        TransferResult result = await copying;
        Assert.HasCount(3, result.Items);
        string[] order = [.. Registry.Calls.Where(call => call.Contains(Destination, StringComparison.Ordinal))];
        int layer = Array.IndexOf(order, $"push-blob {Destination} {Shared}");
        Assert.IsTrue(order.Index()
            .Where(call => call.Item.StartsWith("push-manifest", StringComparison.Ordinal)
                && !call.Item.Contains("cc146dc2", StringComparison.Ordinal) && !call.Item.Contains("b49a4c52", StringComparison.Ordinal))
                .All(call => call.Index > layer));
    }

    [TestMethod]
    public async Task AMissingImageFailsBeforeAnythingMoves()
    {
        Registry.Get($"{Fixtures.Registry}/apps/backend")
            .Remove(Digest.Parse("sha256:4c6d71a056e11e066e3f65230992d23a68c9a4ea23ac8a1e3fab535e12571090"));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToRepositoryAsync(BundleSource("simple-app-bundle"), Destination));
        Assert.AreEqual(ErrorCode.ImageNotFound, e.Code);
        Assert.Contains("apps/backend@sha256:4c6d71a", e.Message);
        Assert.IsEmpty(Registry.Calls.Where(call => call.StartsWith("push-", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task ACorruptLayerFailsAndNoTagIsWritten()
    {
        Registry.Get($"{Fixtures.Registry}/apps/backend")
            .Corrupt(Digest.Parse("sha256:70fdc203423547790188f52dc2ce5ef730fc43eb9dd2a04bff5113686f853ffb"));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToRepositoryAsync(BundleSource("simple-app-bundle"), Destination));
        Assert.AreEqual(ErrorCode.DigestMismatch, e.Code);
        Assert.Contains("70fdc203", e.Message);
        Assert.IsFalse(Registry.Get(Destination).Tags.ContainsKey("v1.0.0"));
        Assert.IsEmpty(Registry.Get(Destination).Tags.Keys.Where(tag => tag.Contains("4c6d71a0", StringComparison.Ordinal)),
            "the image of the corrupt layer has no manifest");
    }

    [TestMethod]
    public async Task ARelocatedBundleIsRelocatedFromItsOwnRepository()
    {
        await CopyToRepositoryAsync(BundleSource("nested-bundle"), Destination);
        Registry.Calls.Clear();
        TransferResult result = await CopyToRepositoryAsync(
            new RelocationSource.Bundle(ImageReference.Parse($"{Destination}:v1.0.0")), "third.example/apps/it");
        Assert.IsEmpty(Registry.Calls.Where(call => call.Contains(Fixtures.Registry, StringComparison.Ordinal)),
            "the recorded places are not contacted");
        Assert.HasCount(6, result.Items);
        Assert.AreEqual(TagLines(Destination), TagLines("third.example/apps/it"));
    }

    [TestMethod]
    public async Task ABundleIsNoImageAndAnImageNoBundle()
    {
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToRepositoryAsync(new RelocationSource.Image(Bundle("simple-app-bundle")), Destination));
        Assert.AreEqual(ErrorCode.UnexpectedBundle, e.Code);
        e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToRepositoryAsync(
                new RelocationSource.Bundle(ImageReference.Parse($"{Fixtures.Registry}/apps/frontend:1.0.0")), Destination));
        Assert.AreEqual(ErrorCode.NotABundle, e.Code);
        e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToRepositoryAsync(
                new RelocationSource.Bundle(ImageReference.Parse($"{Fixtures.Registry}/apps/multi:1.0.0")), Destination));
        Assert.AreEqual(ErrorCode.NotABundle, e.Code);
    }

    [TestMethod]
    public async Task AnUnknownTagIsNamed()
    {
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToRepositoryAsync(
                new RelocationSource.Bundle(ImageReference.Parse($"{Fixtures.Registry}/user1/simple-app-bundle:nope")), Destination));
        Assert.AreEqual(ErrorCode.ManifestUnknown, e.Code);
        Assert.Contains("user1/simple-app-bundle:nope", e.Message);
    }

    [TestMethod]
    public async Task SkippedLayersAreWarnedAboutAndCarriedOnRequest()
    {
        TransferResult without = await CopyToRepositoryAsync(BundleSource("foreign-bundle"), Destination);
        Assert.HasCount(2, without.Plan.SkippedLayers);
        Assert.AreEqual(ErrorCode.LayersSkipped, without.Warnings.Single().Code);
        TransferResult with = await CopyToRepositoryAsync(
            BundleSource("foreign-bundle"), Destination, new PlanOptions { IncludeNonDistributableLayers = true });
        Assert.HasCount(0, with.Warnings);
        Assert.AreEqual(2, with.Blobs.Count(blob => blob.Outcome == BlobOutcome.Copied),
            "layers left out before are sent when they are asked for");
        TransferResult needless = await CopyToRepositoryAsync(
            BundleSource("simple-app-bundle"), Destination, new PlanOptions { IncludeNonDistributableLayers = true });
        Assert.AreEqual(ErrorCode.NoLayersToInclude, needless.Warnings.Single().Code);
    }

    [TestMethod]
    public async Task AnImportThatLacksAskedForLayersSaysSo()
    {
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => CopyToRepositoryAsync(
            new RelocationSource.Archive(Fixtures.Golden("foreign-bundle.tar")), Destination, new PlanOptions
            {
                IncludeNonDistributableLayers = true
            }));
        Assert.AreEqual(ErrorCode.ArchiveLayerMissing, e.Code);
        Assert.Contains(
            "not found in tar. (hint: This may be because when copying to a tarball, the --include-non-distributable-layers flag should " +
            "have been provided.)", e.Message);
    }

    [TestMethod]
    public async Task AnImportMountsALeftOutLayerFromItsOriginOnTheSameRegistry()
    {
        string destination = $"{Fixtures.Registry}/mirror/imported";
        TransferResult result = await CopyToRepositoryAsync(
            new RelocationSource.Archive(Fixtures.Golden("foreign-bundle.tar")), destination, new PlanOptions
            {
                IncludeNonDistributableLayers = true
            });
        RelocatedBlob[] foreign = [.. result.Blobs.Where(blob => MediaTypes.IsNonDistributable(blob.Descriptor.MediaType))];
        Assert.HasCount(2, foreign);
        foreach (RelocatedBlob blob in foreign)
        {
            Assert.AreEqual(BlobOutcome.Mounted, blob.Outcome);
            Assert.Contains(blob.Descriptor.Digest, Registry.Get(destination).Blobs);
        }
    }

    [TestMethod]
    public async Task APlatformThatIsGoneAtTheDestinationIsSentAgain()
    {
        await CopyToRepositoryAsync(BundleSource("index-bundle"), Destination);
        Digest arm = Digest.Parse("sha256:6c4b101a67ba8d2280130effb15e84d18b30112dd284799f2fecdd4fc73ad24f");
        Registry.Get(Destination).Remove(arm);
        TransferResult again = await CopyToRepositoryAsync(BundleSource("index-bundle"), Destination);
        Assert.IsFalse(again.IsUpToDate);
        Assert.Contains(arm, Registry.Get(Destination).Manifests);
    }

    [TestMethod]
    public async Task CancellingLeavesNoTag()
    {
        using CancellationTokenSource stop = new();
        Registry.Hook = async (operation, repository, _) =>
        {
            if (operation == "push-blob" && repository.Registry == "dest.example:5000")
                await stop.CancelAsync();
        };
        Relocator relocator = new(Registry);
        TransferPlan plan = await relocator.PlanAsync(BundleSource("simple-app-bundle"), new PlanOptions(), Token);
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => relocator.RunAsync(
                plan, new RelocationDestination.Repository(RepositoryName.Parse(Destination)), new TransferOptions
                {
                    Concurrency = 1
                }, stop.Token));
        Assert.IsEmpty(Registry.Get(Destination).Tags);
    }

    [TestMethod]
    [DataRow("simple-app-bundle")]
    [DataRow("nested-bundle")]
    public async Task TheLockOutputIsImgpkgs(string bundle)
    {
        TransferResult result = await CopyToRepositoryAsync(BundleSource(bundle), $"{Fixtures.Registry}/mirror/{bundle}");
        Assert.AreEqual(await File.ReadAllTextAsync(Fixtures.Golden($"{bundle}.bundle-lock.yml"), Token), LockOutput.Create(result));
    }
}
