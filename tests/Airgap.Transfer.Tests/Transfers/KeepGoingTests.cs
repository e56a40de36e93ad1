using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Transfers;

/// <summary>If one of many images is damaged, the others arrive, and no output claims that all did.</summary>
[TestClass]
public sealed class KeepGoingTests : RelocatorTestBase
{
    private const string Destination = "dest.example:5000/apps/it";
    private const string Backend = "sha256:4c6d71a056e11e066e3f65230992d23a68c9a4ea23ac8a1e3fab535e12571090";
    private const string BackendLayer = "sha256:70fdc203423547790188f52dc2ce5ef730fc43eb9dd2a04bff5113686f853ffb";
    private const string Frontend = "sha256:92a7a4dbfa6939d8b273071af943214ce0d8e85c44b01484c801a08f05da55cd";
    private const string Model = "sha256:d9771e467083f012f2484b577e7d85ba0856454c9be3b97371fd7326f8bd3111";

    [TestMethod]
    public async Task AnImageThatIsGoneIsLeftOut()
    {
        Manifest gone = await Registry.Get($"{Fixtures.Registry}/apps/backend").FindManifestAsync(Backend, Token)
            ?? throw new InvalidOperationException();
        Registry.Get($"{Fixtures.Registry}/apps/backend").Remove(gone.Digest);
        TransferResult result = await KeepGoingAsync(BundleSource("nested-bundle"), Destination);

        FailedImage failure = Assert.ContainsSingle(result.Failures);
        Assert.AreEqual(ErrorCode.ImageNotFound, failure.Problem.Code);
        Assert.AreEqual($"{Fixtures.Registry}/apps/backend@{Backend}", failure.Reference);
        Assert.AreEqual(TransferPhase.Planning, failure.Phase);
        Assert.HasCount(5, result.Items);
        AssertNothingTellsOfAWhole("c131812a", "b62fe065", "cc146dc2");
        Assert.IsTrue(result.Items.All(item => !item.Tags.Contains("v1.0.0")));
        Assert.ThrowsExactly<InvalidOperationException>(() => LockOutput.Create(result));

        // After the repair, the same command moves only what is missing.
        Registry.Get($"{Fixtures.Registry}/apps/backend").AddManifest(gone, null);
        Registry.Calls.Clear();
        TransferResult whole = await KeepGoingAsync(BundleSource("nested-bundle"), Destination);
        Assert.IsTrue(whole.IsComplete);
        Assert.AreEqual(await File.ReadAllTextAsync(Fixtures.Golden("nested-bundle.mirror-tags.txt"), Token), TagLines(Destination));
        Assert.IsEmpty(Registry.Calls.Where(
            call => call.StartsWith("push-manifest", StringComparison.Ordinal) && call.Contains("92a7a4db", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task ABlobThatCannotBeReadCostsTheImagesThatHaveIt()
    {
        Registry.Get($"{Fixtures.Registry}/apps/backend").Corrupt(Digest.Parse(BackendLayer));
        TransferResult result = await KeepGoingAsync(BundleSource("simple-app-bundle"), Destination);

        FailedImage failure = Assert.ContainsSingle(result.Failures);
        Assert.AreEqual(ErrorCode.DigestMismatch, failure.Problem.Code);
        Assert.AreEqual(Backend, failure.Digest.ToString());
        Assert.Contains(Backend, failure.Problem.Message);
        Assert.Contains(BackendLayer, failure.Problem.Message);
        Assert.AreEqual(BackendLayer, failure.Problem.Digest);
        Assert.Contains($"sha256-{Frontend[7..]}.imgpkg", Registry.Get(Destination).Tags.Keys);
        Assert.DoesNotContain($"sha256-{Backend[7..]}.imgpkg", Registry.Get(Destination).Tags.Keys);
        AssertNothingTellsOfAWhole("cc146dc2");
    }

    [TestMethod]
    public async Task ABundleThatIsWholeInOneThatIsNotHasItsLocations()
    {
        Registry.Get($"{Fixtures.Registry}/apps/model").Remove(Digest.Parse(Model));
        TransferResult result = await KeepGoingAsync(BundleSource("nested-bundle"), Destination);

        Assert.AreEqual(Model, Assert.ContainsSingle(result.Failures).Digest.ToString());
        AssertNothingTellsOfAWhole("c131812a", "b62fe065");
        Assert.ContainsSingle(Registry.Get(Destination).Tags.Keys
            .Where(tag => tag.StartsWith("sha256-cc146dc2", StringComparison.Ordinal)
                && tag.EndsWith(".image-locations.imgpkg", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("92a7a4db", ErrorCode.RegistryRefused)]
    [DataRow("image-locations", ErrorCode.TagImmutable)]
    public async Task ARefusedManifestCostsItsImage(string tag, ErrorCode code)
    {
        Registry.Hook = (operation, repository, what) => operation == "push-manifest" && what.Contains(tag, StringComparison.Ordinal)
            ? throw new AirgapException(code, "not here", "Ask.") { Reference = repository.ToString() }
            : Task.CompletedTask;
        TransferResult result = await KeepGoingAsync(BundleSource("simple-app-bundle"), Destination);
        Assert.AreEqual(code, Assert.ContainsSingle(result.Failures).Problem.Code);
        Assert.Contains(tag, result.Failures[0].Reference);
        AssertNothingTellsOfAWhole("cc146dc2");
    }

    // What a report, and the removal of what is no longer needed, take for the destination's tags.
    [TestMethod]
    [DataRow(".sig")]
    [DataRow("1.0.0")]
    public async Task OnlyTagsThatWereSetAreTold(string refused)
    {
        Registry.Hook = (operation, repository, what) => operation == "push-manifest" && what.EndsWith(refused, StringComparison.Ordinal)
            && repository.ToString() == Destination
            ? throw new AirgapException(ErrorCode.TagImmutable, "not here", "Ask.") { Reference = repository.ToString() }
            : Task.CompletedTask;
        TransferPlan signed = await new Relocator(Registry).PlanAsync(
            new RelocationSource.Image(ImageReference.Parse($"{Fixtures.Registry}/apps/signed:1.0.0")),
            new PlanOptions { CosignSignatures = true }, Token);
        Assert.HasCount(2, signed.Items);
        // Without a root, as a lock or an archive of several.
        TransferResult result = await new Relocator(Registry).RunAsync(
            signed with { Root = null }, new RelocationDestination.Repository(RepositoryName.Parse(Destination)),
            new TransferOptions { KeepGoing = true }, Token);

        Assert.ContainsSingle(result.Failures);
        CollectionAssert.AreEquivalent(
            Registry.Get(Destination).Tags.Keys.ToArray(), result.Items.SelectMany(item => item.Tags).Distinct().ToArray());
    }

    [TestMethod]
    public async Task ARefusedSparseIndexCostsItsImage()
    {
        RepositoryName place = RepositoryName.Parse(Destination);
        using Deriver deriver = new(
            Registry, new BundleSelection { Platforms = [.. PlatformChoice.ParseAll("linux/amd64")], Sparse = true }, null, 4);
        using Derivation derivation = await deriver.DeriveAsync(
            ImageReference.Parse($"{Fixtures.Registry}/mirror/index-bundle:v1.0.0"), "v1.0.0", Token);
        PlanOptions options = new() { EmbedConfigs = true, KeepGoing = true, Destination = place };
        TransferPlan sparse =
            await new Relocator(derivation.Over(Registry)).PlanAsync(derivation.Source, derivation.Planning(options), Token);
        TransferPlan other = await new Relocator(Registry).PlanAsync(BundleSource("simple-app-bundle"), options, Token);
        TransferResult result = await new Relocator(Registry).RunAsync(
            CombinedPlan.Of(sparse.Source, [sparse, other]), new RelocationDestination.Repository(place),
            new TransferOptions { KeepGoing = true }, Token);
        Assert.Contains(ErrorCode.SparseIndexRefused, result.Failures.Select(failure => failure.Problem.Code).ToArray());
        Assert.IsEmpty(other.Items.Select(item => item.Digest).Except(result.Items.Select(item => item.Item.Digest)));
        Assert.IsEmpty(result.Failures.Select(failure => failure.Digest).Intersect(result.Items.Select(item => (Digest?)item.Item.Digest)));
    }

    [TestMethod]
    [DataRow(ErrorCode.RegistryUnreachable)]
    [DataRow(ErrorCode.Unauthorized)]
    [DataRow(ErrorCode.DiskFull)]
    public async Task WithoutADestinationThereIsNothingToGoOnFor(ErrorCode code)
    {
        Registry.Hook = (operation, repository, what) => operation == "push-blob"
            ? throw new AirgapException(code, "gone", "Wait.") { Reference = repository.ToString() }
            : Task.CompletedTask;
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => KeepGoingAsync(BundleSource("simple-app-bundle"), Destination));
        Assert.AreEqual(code, e.Code);
    }

    [TestMethod]
    public async Task TheRequestedItem_MustBeReadable()
    {
        Registry.Get($"{Fixtures.Registry}/user1/simple-app-bundle")
            .Remove(Digest.Parse("sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4"));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => KeepGoingAsync(BundleSource("simple-app-bundle"), Destination));
        Assert.AreEqual(ErrorCode.ManifestUnknown, e.Code);
    }

    [TestMethod]
    public async Task AnImagesLockGoesOnPastAnImage()
    {
        Registry.Get($"{Fixtures.Registry}/apps/backend").Remove(Digest.Parse(Backend));
        TransferResult result = await KeepGoingAsync(new RelocationSource.Lock(Fixtures.Golden("lock-quoting.in.yml")), Destination);
        Assert.AreEqual(Backend, Assert.ContainsSingle(result.Failures).Digest.ToString());
        Assert.AreEqual(Frontend, Assert.ContainsSingle(result.Items).Item.Digest.ToString());
    }

    [TestMethod]
    public async Task ADamagedElementOfAnArchiveIsLeftOut()
    {
        using TempFolder folder = new();
        byte[] archive = await File.ReadAllBytesAsync(Fixtures.Golden("simple-app-bundle.tar"), Token);
        // Changes a byte of backend's manifest in the text of manifest.json.
        int layer = archive.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes($"\\\"digest\\\":\\\"{BackendLayer}"));
        Assert.IsPositive(layer);
        archive[layer + 25] = archive[layer + 25] == (byte)'0' ? (byte)'1' : (byte)'0';
        await File.WriteAllBytesAsync(folder["a.tar"], archive, Token);

        TransferResult result = await KeepGoingAsync(new RelocationSource.Archive(folder["a.tar"]), Destination);
        FailedImage failure = Assert.ContainsSingle(result.Failures);
        Assert.AreEqual(ErrorCode.ArchiveDigestMismatch, failure.Problem.Code);
        Assert.AreEqual(Backend, failure.Digest.ToString());
        Assert.HasCount(2, result.Items);
        AssertNothingTellsOfAWhole("cc146dc2");
    }

    [TestMethod]
    public async Task AnArchiveWithAHoleHasNoName()
    {
        using TempFolder folder = new();
        FakeRepository backend = Registry.Get($"{Fixtures.Registry}/apps/backend");
        backend.Corrupt(Digest.Parse(BackendLayer));
        TransferResult result = await CopyToArchiveAsync(
            BundleSource("simple-app-bundle"), folder["a.tar"], new PlanOptions
            {
                KeepGoing = true
            }, new TransferOptions { KeepGoing = true });
        Assert.IsFalse(result.IsComplete);
        Assert.IsFalse(result.IsUpToDate);
        Assert.IsFalse(File.Exists(folder["a.tar"]));
        Assert.IsTrue(File.Exists(folder["a.tar.partial"]));

        backend.Corrupt(Digest.Parse(BackendLayer));
        Registry.Calls.Clear();
        await CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["a.tar"], transfer: new TransferOptions { Resume = true });
        await Fixtures.AssertGoldenAsync("simple-app-bundle.tar", folder["a.tar"]);
        Assert.IsEmpty(Registry.Calls.Where(
            call => call.StartsWith("get-blob", StringComparison.Ordinal) && call.Contains("4989df8f", StringComparison.Ordinal)));
    }

    private Task<TransferResult> KeepGoingAsync(RelocationSource source, string repository) =>
        CopyToRepositoryAsync(source, repository, new PlanOptions { KeepGoing = true }, new TransferOptions { KeepGoing = true });

    private void AssertNothingTellsOfAWhole(params string[] bundles)
    {
        ICollection<string> tags = [.. Registry.Get(Destination).Tags.Keys];
        Assert.DoesNotContain("v1.0.0", tags);
        foreach (string bundle in bundles)
            Assert.IsEmpty(tags.Where(
                tag => tag.StartsWith($"sha256-{bundle}", StringComparison.Ordinal)
                && tag.EndsWith(".image-locations.imgpkg", StringComparison.Ordinal)));
    }
}
