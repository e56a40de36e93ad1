using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Tests.Planning;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Deriving;

/// <summary>Artifacts are relocated with images that keep their digests, and not with omitted ones.</summary>
[TestClass]
public sealed class DerivedArtifactsTests : ArtifactTestBase
{
    private static readonly RepositoryName s_destination = RepositoryName.Parse("mirror.local/apps/repository");

    [TestMethod]
    [DataRow(false, false)]
    [DataRow(true, false)]
    [DataRow(true, true)]
    public async Task Artifacts_FollowTheDigests(bool sparse, bool throughArchive)
    {
        FakeRegistry registry = new() { TakesSparseIndexes = sparse };
        await GeneratedRepository.CreateAsync(registry, 1, 1);
        FakeRepository app = registry.Get($"{GeneratedRepository.Registry}/vendor/app0");
        Manifest index = (await Task.WhenAll(app.Manifests.Select(digest => ManifestAsync(app, digest.ToString()))))
            .Single(manifest => manifest.IsIndex);
        // The generator writes an image and its attestation for each platform in turn.
        Manifest kept = await ManifestAsync(app, index.Manifests[0].Digest.ToString());
        Manifest left = await ManifestAsync(app, index.Manifests[2].Digest.ToString());
        Manifest ofIndex = Attach(app, "of the index", $"sha256-{index.Digest.Hex}.sig");
        Manifest ofKept = Attach(app, "of the first", null, kept);
        List(app, kept.Digest, ofKept.Digest);
        Manifest ofLeft = Attach(app, "of another", null, left);
        List(app, left.Digest, ofLeft.Digest);

        BundleSelection selection = new() { Platforms = [.. PlatformChoice.ParseAll("linux/amd64")], Sparse = sparse };
        using Deriver deriver = new(registry, selection, null, 4);
        using Derivation derivation = await deriver.DeriveAsync(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1"), "v1", Token);
        PlanOptions options = new PlanOptions { EmbedConfigs = true }.Carrying(ArtifactChoice.All);
        TransferPlan plan = await new Relocator(derivation.Over(registry))
            .PlanAsync(derivation.Source, derivation.Planning(options), Token);
        using TempFolder folder = new();
        if (throughArchive)
        {
            await new Relocator(registry).RunAsync(
                plan, new RelocationDestination.Archive(folder["some.tar"]), new TransferOptions(), Token);
            plan = await new Relocator(registry).PlanAsync(new RelocationSource.Archive(folder["some.tar"]), new PlanOptions(), Token);
        }

        await new Relocator(registry).RunAsync(
            plan, new RelocationDestination.Repository(s_destination), new TransferOptions(), Token);
        FakeRepository there = registry.Get(s_destination);
        Assert.Contains(ofKept.Digest, there.Manifests);
        Assert.AreEqual(ofKept.Digest, (await ManifestAsync(there, $"sha256-{kept.Digest.Hex}")).Manifests.Single().Digest);
        Assert.DoesNotContain(ofLeft.Digest, there.Manifests);
        Assert.AreEqual(sparse, there.Manifests.Contains(ofIndex.Digest), "Only the index that stays as it is is what was signed.");
        Assert.AreEqual(sparse, there.Tags.ContainsKey($"sha256-{index.Digest.Hex}.sig"));
        // No warning says that an artifact of an omitted image is omitted.
        Assert.IsEmpty(plan.Warnings.Where(warning => warning.Code == ErrorCode.ArtifactsLeftBehind));
    }
}
