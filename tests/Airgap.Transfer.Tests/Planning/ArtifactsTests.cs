using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Planning;

/// <summary>Attached artifacts are found, relocated, and found again at the destination.</summary>
[TestClass]
public sealed class ArtifactsTests : ArtifactTestBase
{
    private const string Destination = "other.local/apps/it";

    [TestMethod]
    public async Task AReferrerIsListedAgainAtTheDestination()
    {
        await CopyToRepositoryAsync(BundleSource("simple-app-bundle"), Destination, WithArtifacts);
        AssertListsTheSbom();
    }

    [TestMethod]
    public async Task AReferrerTravelsThroughATar()
    {
        using TempFolder folder = new();
        await CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["it.tar"], WithArtifacts);
        await CopyToRepositoryAsync(new RelocationSource.Archive(folder["it.tar"]), Destination);
        AssertListsTheSbom();
    }

    [TestMethod]
    public async Task EverythingIsFoundOnIndexChildrenAndOnWhatIsAttachedItself()
    {
        FakeRepository multi = App("multi");
        Manifest index = await ManifestAsync(multi, "1.0.0");
        Digest child = index.Manifests[0].Digest;
        Manifest bill = Attach(multi, "bill", $"sha256-{index.Digest.Hex}.sbom");
        Manifest attestation = Attach(multi, "attestation", $"sha256-{child.Hex}.att");
        Manifest signature = Attach(multi, "signature", $"sha256-{attestation.Digest.Hex}.sig");
        Manifest report = Attach(multi, "report", null, await ManifestAsync(multi, child.ToString()));
        List(multi, child, report.Digest);
        Manifest note = Attach(multi, "note", null, report);
        List(multi, report.Digest, note.Digest);

        using TempFolder folder = new();
        await CopyToArchiveAsync(ImageSource("multi"), folder["it.tar"], WithArtifacts);
        TransferResult result = await CopyToRepositoryAsync(new RelocationSource.Archive(folder["it.tar"]), Destination);

        FakeRepository there = Registry.Get(Destination);
        Assert.AreEqual(bill.Digest, there.Tags[$"sha256-{index.Digest.Hex}.sbom"]);
        Assert.AreEqual(attestation.Digest, there.Tags[$"sha256-{child.Hex}.att"]);
        Assert.AreEqual(signature.Digest, there.Tags[$"sha256-{attestation.Digest.Hex}.sig"]);
        Assert.AreEqual(report.Digest, (await ManifestAsync(there, $"sha256-{child.Hex}")).Manifests.Single().Digest);
        Assert.AreEqual(note.Digest, (await ManifestAsync(there, $"sha256-{report.Digest.Hex}")).Manifests.Single().Digest);
        Assert.AreEqual(index.Digest, there.Tags["1.0.0"]);
        Assert.AreEqual(index.Digest, result.Root?.Item.Digest);
        string locked = LockOutput.Create(result);
        Assert.Contains(index.Digest.ToString(), locked);
        Assert.DoesNotContain(report.Digest.ToString(), locked);
        Assert.DoesNotContain(bill.Digest.ToString(), locked);
    }

    [TestMethod]
    public async Task SignaturesAloneBringNothingElse()
    {
        FakeRepository signed = App("signed");
        Manifest image = await ManifestAsync(signed, "1.0.0");
        Attach(signed, "attestation", $"sha256-{image.Digest.Hex}.att");
        TransferPlan plan = await new Relocator(Registry).PlanAsync(
            ImageSource("signed"), new PlanOptions { CosignSignatures = true }, Token);
        Assert.AreSequenceEqual(
            ["1.0.0", $"sha256-{image.Digest.Hex}.sig"], plan.Items.Select(item => item.Tag!).Order(StringComparer.Ordinal).ToArray());
        Assert.IsFalse(Registry.Calls.Any(call => call.StartsWith("list-tags", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task TagsAreListedOnceInPlaceOfAskingForEach()
    {
        await new Relocator(Registry).PlanAsync(ImageSource("multi"), WithArtifacts, Token);
        Assert.AreEqual(1, Registry.Calls.Count(call => call.StartsWith("list-tags", StringComparison.Ordinal)));
        Assert.IsFalse(Registry.Calls.Any(call => call.EndsWith(".att", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task ReferrersListedAtTheDestination_StayListed()
    {
        FakeRepository there = Registry.Get(Destination);
        Manifest other = Attach(there, "other", null);
        List(there, Frontend, other.Digest, Digest.Compute("removed since"u8));
        await CopyToRepositoryAsync(ImageSource("frontend"), Destination, WithArtifacts);
        Assert.AreSequenceEqual(
            [other.Digest, Sbom], (await ManifestAsync(there, $"sha256-{Frontend.Hex}")).Manifests
            .Select(listed => listed.Digest).ToArray());

        Registry.Calls.Clear();
        await CopyToRepositoryAsync(ImageSource("frontend"), Destination, WithArtifacts);
        Assert.IsFalse(Registry.Calls.Any(call => call.StartsWith("push", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task ATagThatIsTakenIsNotOverwritten()
    {
        FakeRepository there = Registry.Get(Destination);
        Manifest taken = Attach(there, "taken", $"sha256-{Frontend.Hex}");
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToRepositoryAsync(ImageSource("frontend"), Destination, WithArtifacts));
        Assert.AreEqual(ErrorCode.DestinationMismatch, failure.Code);
        Assert.AreEqual(taken.Digest, there.Tags[$"sha256-{Frontend.Hex}"]);
        Assert.IsFalse(there.Tags.ContainsKey("1.0.0"));
    }

    [TestMethod]
    public async Task AWronglyListedManifest_IsOmitted()
    {
        FakeRepository model = App("model");
        Manifest image = await ManifestAsync(model, "1.0.0");
        Manifest stranger = Attach(model, "stranger", null);
        List(model, image.Digest, stranger.Digest, Digest.Compute("gone"u8));
        TransferPlan plan = await new Relocator(Registry).PlanAsync(ImageSource("model"), WithArtifacts, Token);
        Assert.AreEqual(image.Digest, plan.Items.Single().Digest);
    }

    [TestMethod]
    public async Task AChainIsFollowedToItsEnd()
    {
        FakeRepository model = App("model");
        Manifest last = await ManifestAsync(model, "1.0.0");
        for (int i = 0; i < 40; i++)
        {
            Manifest next = Attach(model, $"link {i}", null, last);
            // A list that clients maintain may refer back to its origin.
            List(model, last.Digest, next.Digest, last.Digest);
            last = next;
        }

        List(model, last.Digest, (await ManifestAsync(model, "1.0.0")).Digest, last.Digest);
        TransferPlan plan = await new Relocator(Registry).PlanAsync(ImageSource("model"), WithArtifacts, Token);
        Assert.HasCount(41, plan.Items);
    }

    [TestMethod]
    public async Task AThousandOfOneImageAreCarriedAndListed()
    {
        FakeRepository model = App("model");
        Manifest image = await ManifestAsync(model, "1.0.0");
        Digest[] attached = [.. Enumerable.Range(0, 1000).Select(i => Attach(model, $"number {i}", null, image).Digest)];
        List(model, image.Digest, attached);
        await CopyToRepositoryAsync(ImageSource("model"), Destination, WithArtifacts);
        FakeRepository there = Registry.Get(Destination);
        CollectionAssert.AreEquivalent(
            attached, (await ManifestAsync(there, $"sha256-{image.Digest.Hex}")).Manifests.Select(listed => listed.Digest).ToArray());
    }

    private void AssertListsTheSbom()
    {
        FakeRepository there = Registry.Get(Destination);
        Assert.Contains(Sbom, there.Manifests);
        string tag = $"sha256-{Frontend.Hex}";

        // Written again, and byte for byte the same as by the tool that attached it.
        Assert.AreEqual(App("frontend").Tags[tag], there.Tags[tag]);
    }
}
