using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Planning;

/// <summary>Copying signatures only, and warnings about omitted artifacts.</summary>
[TestClass]
public sealed class ArtifactChoiceTests : ArtifactTestBase
{
    [TestMethod]
    public async Task SignaturesAreTakenAndTheRestIsCounted()
    {
        (Manifest image, Manifest notation) = await AttachAllAsync();
        TransferPlan plan = await PlanAsync(new PlanOptions().Carrying(ArtifactChoice.Signatures));
        Assert.AreSequenceEqual(
            new[] { "1.0.0", $"sha256-{image.Digest.Hex}.sig", notation.Digest.ToString() }.Order(StringComparer.Ordinal).ToArray(),
            plan.Items.Select(item => item.Tag ?? item.Digest.ToString()).Order(StringComparer.Ordinal).ToArray());
        AssertWarns(plan, "At least 1 attestation, 1 SBOM and 1 other artifact that belong to these images stay behind.");
    }

    [TestMethod]
    public async Task WithoutAnyAllAreCounted()
    {
        await AttachAllAsync();
        TransferPlan plan = await PlanAsync(new PlanOptions().Carrying(ArtifactChoice.None));
        Assert.HasCount(1, plan.Items);
        AssertWarns(plan, "At least 2 signatures, 1 attestation, 1 SBOM and 1 other artifact that belong to these images stay behind.");
        Assert.AreEqual(1, Registry.Calls.Count(call => call.StartsWith("list-tags", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task ImgpkgsSignaturesAreNotCountedAgain()
    {
        await AttachAllAsync();
        TransferPlan plan = await PlanAsync(new PlanOptions { CosignSignatures = true, TellsLeftBehind = true });
        AssertWarns(plan, "At least 1 signature, 1 attestation, 1 SBOM and 1 other artifact that belong to these images stay behind.");
    }

    [TestMethod]
    public async Task NothingIsSaidWhereNothingStays()
    {
        await AttachAllAsync();
        Assert.IsEmpty((await PlanAsync(new PlanOptions().Carrying(ArtifactChoice.All))).Warnings);
        Registry.Calls.Clear();
        Assert.IsEmpty((await PlanAsync(new PlanOptions())).Warnings, "Nobody asked to be told.");
        Assert.IsFalse(Registry.Calls.Any(call => call.StartsWith("list-tags", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("application/vnd.cncf.notary.signature", nameof(ArtifactKind.Signature))]
    [DataRow("application/vnd.dev.cosign.artifact.sig.v1+json", nameof(ArtifactKind.Signature))]
    [DataRow("application/vnd.dev.sigstore.bundle.v0.3+json", nameof(ArtifactKind.Signature))]
    [DataRow("application/vnd.in-toto+json", nameof(ArtifactKind.Attestation))]
    [DataRow("application/spdx+json", nameof(ArtifactKind.Sbom))]
    [DataRow("application/vnd.cyclonedx+xml", nameof(ArtifactKind.Sbom))]
    [DataRow("", nameof(ArtifactKind.Other))]
    public void ATypeTellsTheKind(string type, string kind) => Assert.AreEqual(kind, ArtifactKinds.OfType(type).ToString());

    [TestMethod]
    public void AnAnnotationTellsASignatureFromAnAttestation()
    {
        Assert.AreEqual(ArtifactKind.Attestation, ArtifactKinds.OfReferrer(Signed("https://slsa.dev/provenance/v1")));
        Assert.AreEqual(ArtifactKind.Signature, ArtifactKinds.OfReferrer(Signed("https://sigstore.dev/cosign/sign/v1")));
    }

    /// <summary>The bytes that oras 1.2 writes for this manifest: names in order, Go's escapes, no spaces.</summary>
    [TestMethod]
    public void TheListIsWrittenAsOrasWritesIt()
    {
        Manifest manifest = Manifest.Parse(Encoding.UTF8.GetBytes($$"""
            {
              "schemaVersion": 2, "mediaType": "{{MediaTypes.OciManifest}}", "artifactType": "application/spdx+json",
              "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": "{{Digest.Compute("{}"u8)}}", "size": 2}, "layers": [],
              "annotations": { "z": "a<b", "org.opencontainers.image.created": "2026-01-01T00:00:00Z" }
            }
            """));
        Assert.AreEqual(
            "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
            + $"\"digest\":\"{manifest.Digest}\",\"size\":{manifest.Bytes.Length},"
            + "\"annotations\":{\"org.opencontainers.image.created\":\"2026-01-01T00:00:00Z\",\"z\":\"a\\u003cb\"},\"artifactType\":\"application/spdx+json\"}]}",
            Encoding.UTF8.GetString(ReferrerIndex.Merge(null, new HashSet<Digest>(), [manifest]).Bytes.Span));
    }

    /// <summary>
    /// A second artifact is listed after what oras listed, as oras itself does; an entry that imgpkg's library wrote stays
    /// unchanged.
    /// </summary>
    [TestMethod]
    public void AFurtherArtifactIsListedAfterWhatIsThere()
    {
        Manifest first = Typed("application/spdx+json");
        Manifest second = Typed("application/vnd.cncf.notary.signature");
        Manifest byOras = ReferrerIndex.Merge(null, new HashSet<Digest>(), [first]);
        Assert.AreEqual(
            $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{Listed(first)}},{{Listed(second)}}]}""",
            Encoding.UTF8.GetString(ReferrerIndex.Merge(byOras, new HashSet<Digest> { first.Digest }, [second]).Bytes.Span));

        // go-containerregistry: the size before the digest, the config's type, no annotations.
        string listed =
            $$"""{"mediaType":"{{first.MediaType}}","size":{{first.Bytes.Length}},"digest":"{{first.Digest}}","artifactType":"application/vnd.oci.empty.v1+json"}""";
        Manifest byImgpkg = Manifest.Parse(
            Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{listed}}]}"""));
        Assert.AreEqual(
            $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{listed}},{{Listed(second)}}]}""",
            Encoding.UTF8.GetString(ReferrerIndex.Merge(byImgpkg, new HashSet<Digest> { first.Digest }, [second]).Bytes.Span));

        static Manifest Typed(string type) => Manifest.Parse(Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","artifactType":"{{type}}","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{{Digest.Compute("{}"u8)}}","size":2},"layers":[]}"""));

        static string Listed(Manifest manifest) =>
            $$"""{"mediaType":"{{manifest.MediaType}}","digest":"{{manifest.Digest}}","size":{{manifest.Bytes.Length}},"artifactType":"{{manifest.ArtifactType}}"}""";
    }

    private Task<TransferPlan> PlanAsync(PlanOptions options) => new Relocator(Registry).PlanAsync(ImageSource("model"), options, Token);

    private static void AssertWarns(TransferPlan plan, string message)
    {
        Diagnostic warning = plan.Warnings.Single();
        Assert.AreEqual(ErrorCode.ArtifactsLeftBehind, warning.Code);
        Assert.AreEqual(message, warning.Message);
    }

    private async Task<(Manifest Image, Manifest Notation)> AttachAllAsync()
    {
        FakeRepository model = App("model");
        Manifest image = await ManifestAsync(model, "1.0.0");
        Attach(model, "signature", $"sha256-{image.Digest.Hex}.sig");
        Attach(model, "attestation", $"sha256-{image.Digest.Hex}.att");
        Attach(model, "bill", $"sha256-{image.Digest.Hex}.sbom");
        Manifest notation = Typed(model, image, "application/vnd.cncf.notary.signature");
        Manifest other = Attach(model, "other", null, image);
        string listed = string.Join(
            ',', new[] { notation, other }.Select(
                manifest =>
                $$"""{"mediaType":"{{manifest.MediaType}}","digest":"{{manifest.Digest}}","size":{{manifest.Bytes.Length}},"artifactType":"{{manifest.ArtifactType}}"}"""));
        model.AddManifest(Manifest.Parse(
            Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{listed}}]}""")),
            $"sha256-{image.Digest.Hex}");
        return (image, notation);
    }

    private static Manifest Typed(FakeRepository repository, Manifest subject, string type)
    {
        Manifest plain = Attach(repository, type, null, subject);
        return repository.AddManifest(
            Manifest.Parse(Encoding.UTF8.GetBytes(
                Encoding.UTF8.GetString(plain.Bytes.Span).Replace("application/vnd.test", type, StringComparison.Ordinal))), null);
    }

    private static Manifest Signed(string predicate) => Manifest.Parse(Encoding.UTF8.GetBytes($$$"""
        {"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","artifactType":"application/vnd.dev.sigstore.bundle.v0.3+json",
        "config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{{{Digest.Compute("{}"u8)}}}","size":2},"layers":[],
        "annotations":{"dev.sigstore.bundle.predicateType":"{{{predicate}}}"}}
        """));
}
