using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Describing;
using Airgap.Transfer.Keeping;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Deriving;

/// <summary>Indexes that keep their digest while images of other platforms are omitted.</summary>
[TestClass]
public sealed class SparseTests
{
    private static readonly RepositoryName s_destination = RepositoryName.Parse("mirror.local/apps/repository");
    private static readonly ImageReference s_bundle = ImageReference.Parse($"{GeneratedRepository.Bundle}:v1");

    private readonly FakeRegistry _registry = new() { TakesSparseIndexes = true };
    private GeneratedRepository _generated = null!;

    private Digest Original => _registry.Get(GeneratedRepository.Bundle).Tags["v1"];

    private ImageReference There => ImageReference.ByTag(s_destination, "v1");

    [TestInitialize]
    public async Task GenerateAsync() => _generated = await GeneratedRepository.CreateAsync(_registry, 2, 2);

    [TestMethod]
    public async Task DigestsStayAndOtherPlatformsDoNotGoAlong()
    {
        TransferResult result = await CopyAsync(Sparse("linux/amd64; linux/arm/v7"));
        FakeRepository there = _registry.Get(s_destination);
        Assert.AreEqual(Original, there.Tags["v1"], "The bundle itself, under its own digest.");
        CollectionAssert.AreEquivalent(
            _generated.Expected((_, _) => true, ["linux/amd64", "linux/arm/v7"]).ToArray(), there.Blobs.Intersect(AllLayers()).ToArray());
        Digest[] left = [.. Indexes(result).SelectMany(index => index.LeftOut).Distinct()];
        Assert.AreNotEqual(0, left.Length);
        foreach (Digest child in left)
        {
            Assert.IsFalse(_registry.Calls.Any(call => call.EndsWith(child.ToString(), StringComparison.Ordinal)),
                "It is asked of nobody.");
            Assert.IsNull(await there.FindManifestAsync(child.ToString(), default));
        }

        // A second run sends nothing.
        TransferResult again = await CopyAsync(Sparse("linux/amd64; linux/arm/v7"));
        Assert.IsTrue(again.Items.All(item => item.Outcome == BlobOutcome.Present));
        Assert.IsFalse(_registry.Calls.Any(call => call.StartsWith("push", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task OmittedImages_AreNeitherMissingNorPresent()
    {
        TransferResult result = await CopyAsync(Sparse("linux/amd64"));
        int left = Indexes(result).SelectMany(index => index.LeftOut).Distinct().Count();
        VerificationResult verified = await new Verifier(_registry).VerifyAsync(new RelocationSource.Bundle(There), default);
        Assert.IsEmpty(verified.Problems);
        Assert.AreEqual(left, verified.LeftOut);
        RepositoryDifference difference = await CompareAsync();
        Assert.IsEmpty(difference.Lacks);
        Assert.AreEqual(left, difference.LeftOut);
        BundleDescription described =
            await new Describer(_registry).DescribeAsync(There, new DescribeOptions { Origins = false }, default);
        Assert.Contains("  LeftOut: 6 images of the index, by choice", DescriptionText.Write(described));
        Assert.Contains("\"leftOut\": 6", DescriptionDocument.Of(described).ToJson());
        Assert.Contains("leftOut: 6", DescriptionYaml.Write(described));

        // Selected content that was removed is still reported as missing.
        Digest kept = Indexes(result)[0].Children[0].Manifest.Digest;
        _registry.Get(s_destination).Remove(kept);
        VerificationResult damaged = await new Verifier(_registry).VerifyAsync(new RelocationSource.Bundle(There), default);
        Assert.AreEqual(ErrorCode.ManifestUnknown, damaged.Problems.Single().Code);
        Assert.AreEqual(kept.ToString(), (await CompareAsync()).Lacks.Single().Digest);
    }

    [TestMethod]
    public async Task AWholeCopyCompletesIt()
    {
        await CopyAsync(Sparse("linux/amd64"));
        await CopyAsync(new BundleSelection());
        CollectionAssert.AreEquivalent(AllLayers().ToArray(), _registry.Get(s_destination).Blobs.Intersect(AllLayers()).ToArray());
        VerificationResult verified = await new Verifier(_registry).VerifyAsync(new RelocationSource.Bundle(There), default);
        Assert.IsEmpty(verified.Problems);
        Assert.AreEqual(0, verified.LeftOut);

        // A run that omits other platforms records that again: the earlier content stays.
        await CopyAsync(Sparse("linux/arm64"));
        Assert.IsEmpty((await new Verifier(_registry).VerifyAsync(new RelocationSource.Bundle(There), default)).Problems);
    }

    [TestMethod]
    public async Task ARegistryThatRefusesSaysSoBeforeTheRestMoves()
    {
        _registry.TakesSparseIndexes = false;
        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(() => CopyAsync(Sparse("linux/amd64")));
        Assert.AreEqual(ErrorCode.SparseIndexRefused, refused.Code);
        Assert.Contains(AdviceTerms.RewrittenPlatforms, refused.Advice);
        FakeRepository there = _registry.Get(s_destination);
        Assert.IsEmpty(there.Tags.Keys.Where(tag => tag == "v1" || tag.Contains("locations", StringComparison.Ordinal)));
        // A config and two layers of the image, and as many blobs of its attestation.
        Assert.IsLessThanOrEqualTo(5, there.Blobs.Intersect(AllLayers()).Count());
        AirgapException alsoWithKeepGoing = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyAsync(Sparse("linux/amd64"), options: new TransferOptions { KeepGoing = false }));
        Assert.AreEqual(ErrorCode.SparseIndexRefused, alsoWithKeepGoing.Code);

        // The advice of the error.
        await CopyAsync(Sparse("linux/amd64") with { Sparse = false });
    }

    [TestMethod]
    [DataRow("Imgpkg")]
    [DataRow("LayoutTar")]
    [DataRow("LayoutFolder")]
    public async Task Archives_CarrySparseBundles(string formatName)
    {
        ArchiveFormat format = Enum.Parse<ArchiveFormat>(formatName);
        using TempFolder folder = new();
        RelocationDestination.Archive archive = new(folder["some.tar"]) { Format = format };
        BundleSelection selection = Sparse("linux/arm64") with { Packages = [.. PackageChoice.ParseAll("p0.example.com")] };
        TransferResult written = await CopyAsync(selection, archive);
        RelocationSource.Archive source = new(folder["some.tar"]);
        VerificationResult verified = await new Verifier(_registry).VerifyAsync(source, default);
        Assert.IsEmpty(verified.Problems);
        Assert.AreEqual(Indexes(written).SelectMany(index => index.LeftOut).Distinct().Count(), verified.LeftOut);

        Relocator relocator = new(_registry);
        TransferPlan plan = await relocator.PlanAsync(source, new PlanOptions(), default);
        await relocator.RunAsync(plan, new RelocationDestination.Repository(s_destination), new TransferOptions(), default);
        VerificationResult arrived = await new Verifier(_registry).VerifyAsync(new RelocationSource.Bundle(There), default);
        Assert.IsEmpty(arrived.Problems);
        Assert.AreEqual(verified.LeftOut, arrived.LeftOut);

        // The same selection from the archive of everything has the same digest.
        Assert.AreEqual(written.Root!.Item.Digest, _registry.Get(s_destination).Tags["v1"]);
    }

    [TestMethod]
    public async Task AnArchiveThatLostAnImageIsNotTakenForASparseOne()
    {
        using TempFolder folder = new();
        RelocationDestination.Archive archive = new(folder["some"]) { Format = ArchiveFormat.LayoutFolder };
        TransferResult written = await CopyAsync(Sparse("linux/arm64"), archive);
        Digest kept = Indexes(written)[0].Children[0].Manifest.Digest;
        File.Delete(folder[$"some/blobs/sha256/{kept.Hex}"]);
        VerificationResult verified = await new Verifier(_registry).VerifyAsync(new RelocationSource.Archive(folder["some"]), default);
        Assert.Contains(ErrorCode.LayoutBlobMissing, verified.Problems.Select(problem => problem.Code).ToArray());
    }

    // The digest of a bundle does not say which images of its indexes an archive has.
    [TestMethod]
    [DataRow("linux/amd64", "linux/amd64", true)]
    [DataRow("linux/amd64", "linux/arm64", false)]
    [DataRow("linux/amd64", "", false)]
    [DataRow("", "linux/amd64", false)]
    [DataRow("", "", true)]
    public async Task AnArchiveIsUpToDateForTheSamePlatformsAlone(string written, string wanted, bool isUpToDate)
    {
        using TempFolder folder = new();
        RelocationDestination.Archive archive = new(folder["some.tar"]);
        await CopyAsync(SelectionOf(written), archive);

        (RelocationSource source, PlanOptions options) = await WantedAsync(wanted);
        TransferResult? found = await new Relocator(_registry).FindUpToDateAsync(source, archive, options, default);
        Assert.AreEqual(isUpToDate, found is not null);
    }

    // Another project may have added more.
    [TestMethod]
    [DataRow("linux/amd64; linux/arm64", "linux/amd64", true)]
    [DataRow("linux/amd64", "linux/amd64; linux/arm64", false)]
    [DataRow("linux/amd64", "", false)]
    public async Task ASharedArchiveIsUpToDateIfItHasEveryPlatform(string written, string wanted, bool isUpToDate)
    {
        using TempFolder folder = new();
        RelocationDestination.Archive archive = new(folder["some.tar"]) { Format = ArchiveFormat.LayoutTar };
        SharedArchive empty = await SharedArchive.OpenAsync(archive, "project", SilentObserver.Instance, null, default);
        await new Relocator(_registry).RunAsync(
            empty.With([await PlanAsync(SelectionOf(written))]), archive, new TransferOptions(), default);

        SharedArchive shared = await SharedArchive.OpenAsync(archive, "project", SilentObserver.Instance, null, default);
        Assert.AreEqual(
            isUpToDate,
            await new Relocator(_registry).FindUpToDateAsync(shared, archive, [await WantedAsync(wanted)], default) is not null);
    }

    [TestMethod]
    public async Task ImagesThatAMirrorLacks_AreReported()
    {
        await CopyAsync(Sparse("linux/amd64"));
        Relocator relocator = new(_registry);
        RelocationDestination.Repository onward = new(RepositoryName.Parse("second.local/apps/repository"));
        for (int run = 0; run < 2; run++)
        {
            TransferPlan plan = await relocator.PlanAsync(
                new RelocationSource.Bundle(There), new PlanOptions { Destination = onward.Name }, default);
            Assert.AreEqual(ErrorCode.SparseSource, plan.Warnings.Single().Code);
            await relocator.RunAsync(plan, onward, new TransferOptions(), default);
        }

        VerificationResult verified = await new Verifier(_registry).VerifyAsync(
            new RelocationSource.Bundle(ImageReference.ByTag(onward.Name, "v1")), default);
        Assert.IsEmpty(verified.Problems);
        Assert.IsGreaterThan(0, verified.LeftOut);
    }

    [TestMethod]
    public async Task AnIndexOfTwoItemsOfOneArchiveHasThePartsOfBoth()
    {
        TransferPlan one = await PlanAsync(Sparse("linux/amd64"));
        TransferPlan other = await PlanAsync(Sparse("windows/amd64"));
        TransferPlan both = CombinedPlan.Of(one.Source, [one, other]);
        Assert.IsTrue(both.Items.SelectMany(item => item.Content.SelfAndDescendants()).Where(node => node.Manifest.IsIndex)
            .All(index => index.Children.Length == 4 && index.LeftOut.Count() == 4));
        CollectionAssert.AreEquivalent(
            _generated.Expected((_, _) => true, ["linux/amd64", "windows/amd64"]).ToArray(),
            both.Blobs.Select(blob => blob.Descriptor.Digest).Intersect(AllLayers()).ToArray());
    }

    [TestMethod]
    public void TheSelection_NamesTheMode() => Assert.AreEqual(
        "platforms linux/amd64 | platform-mode sparse", Sparse("linux/amd64").ToString());

    [TestMethod]
    public void Locations_NoteWhatWasLeftOut_InAWayThatOthersPassOver()
    {
        Digest[] left = [Digest.Compute("b"u8), Digest.Compute("a"u8)];
        ImageLocations locations = new([
            new ImageLocation($"a.local/b@{Digest.Compute("i"u8)}", false) { LeftOut = [.. left] }, new("a.local/c@x", true)]);
        string yaml = locations.ToYaml();
        ImageLocations read = ImageLocations.Read(System.Text.Encoding.UTF8.GetBytes(yaml), "file");
        CollectionAssert.AreEquivalent(left, read.Images[0].LeftOut.ToArray());
        Assert.IsEmpty(read.Images[1].LeftOut);
        foreach (string nonsense in (string[])["leftOut: 7", "leftOut: [a, b]", "leftOut: sha256:1 sha256:2", "leftOut: {}"])
        {
            string other = $"apiVersion: imgpkg.carvel.dev/v1alpha1\nimages:\n- image: x\n  {nonsense}\nkind: ImageLocations\n";
            Assert.IsEmpty(ImageLocations.Read(System.Text.Encoding.UTF8.GetBytes(other), "file").Images.Single().LeftOut);
        }
    }

    private static BundleSelection Sparse(string platforms) =>
        new() { Platforms = [.. PlatformChoice.ParseAll(platforms)], Sparse = true };

    private static BundleSelection SelectionOf(string platforms) => platforms.Length == 0 ? new() : Sparse(platforms);

    private async Task<(RelocationSource, PlanOptions)> WantedAsync(string platforms)
    {
        using Deriver deriver = new(_registry, SelectionOf(platforms), null, 4);
        using Derivation derivation = await deriver.DeriveAsync(s_bundle, "v1", default);
        return (derivation.Source, derivation.Planning(new PlanOptions { EmbedConfigs = true }));
    }

    private static PlannedManifest[] Indexes(TransferResult result) =>
        [.. result.Plan.Items.Select(item => item.Content).Where(node => node.Manifest.IsIndex)];

    private IEnumerable<Digest> AllLayers() => _generated.Expected((_, _) => true, GeneratedRepository.Platforms);

    private async Task<RepositoryDifference> CompareAsync() => await new RepositoryComparer(_registry).CompareAsync(
        [new KeptRoot(_registry.Get(s_destination).Tags["v1"], "the test") { Tag = "v1" }], s_destination, withExtra: true, default);

    private async Task<TransferPlan> PlanAsync(BundleSelection selection)
    {
        using Deriver deriver = new(_registry, selection, null, 4);
        using Derivation derivation = await deriver.DeriveAsync(s_bundle, "v1", default);
        return await new Relocator(derivation.Over(_registry))
            .PlanAsync(derivation.Source, derivation.Planning(new PlanOptions { EmbedConfigs = true }), default);
    }

    private async Task<TransferResult> CopyAsync(
        BundleSelection selection, RelocationDestination? destination = null, TransferOptions? options = null)
    {
        _registry.Calls.Clear();
        using Deriver deriver = new(_registry, selection, null, 4);
        using Derivation derivation = await deriver.DeriveAsync(s_bundle, "v1", default);
        PlanOptions planning = new() { EmbedConfigs = true, Destination = destination is null ? s_destination : null };
        TransferPlan plan = await new Relocator(derivation.Over(_registry))
            .PlanAsync(derivation.Source, derivation.Planning(planning), default);
        return await new Relocator(_registry).RunAsync(
            plan, destination ?? new RelocationDestination.Repository(s_destination), options ?? new TransferOptions(), default);
    }
}
