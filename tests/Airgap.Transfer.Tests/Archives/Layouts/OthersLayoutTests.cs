using System.IO.Compression;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.TestKit.Layouts;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Archives.Layouts;

/// <summary>
/// Layouts as other tools write them, made from their documentation and sources. Here the tools are not run; skopeo, crane, oras and
/// cosign are in other tests.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class OthersLayoutTests : LayoutTestBase
{
    private const string Ref = "org.opencontainers.image.ref.name";
    private const string Name = "io.containerd.image.name";

    /// <summary>What <c>cosign save</c> lists beside its one image gets its tags; where two images are, nothing says whose it is.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task WhatCosignSaved_GetsCosignsTags_IfItHasOneImage(bool isOfTwo)
    {
        const string Kind = "kind=dev.cosignproject.cosign";
        using TempFolder folder = new();
        LayoutBuilder layout = new(folder["made"]);
        string image = layout.Image("app", MediaTypes.OciLayerGzip);
        string signature = layout.Image("signature", MediaTypes.OciLayerGzip);
        string attestation = layout.Image("attestation", MediaTypes.OciLayerGzip);
        layout.Write([
            layout.Annotated(image, $"{Kind}/image"), layout.Annotated(signature, $"{Kind}/sigs"),
            layout.Annotated(attestation, $"{Kind}/atts"),
            .. isOfTwo ? [layout.Annotated(layout.Image("other", MediaTypes.OciLayerGzip), $"{Kind}/image")] : (string[])[]]);

        await CopyToRepositoryAsync(At(folder["made"]), "dest.example/it");

        FakeRepository there = Registry.Get("dest.example/it");
        string tag = $"sha256-{layout.DigestOf(image).Hex}";
        Assert.AreEqual(isOfTwo ? default : layout.DigestOf(signature), there.Tags.GetValueOrDefault($"{tag}.sig"));
        Assert.AreEqual(isOfTwo ? default : layout.DigestOf(attestation), there.Tags.GetValueOrDefault($"{tag}.att"));
        Assert.Contains(layout.DigestOf(signature), there.Manifests);
    }

    /// <summary>cosign saves bundles of signatures as referrers of the image and of one another, and does not list them.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task WhatCosignSavedAsReferrers_IsCarried_UnlessItBelongsToAnotherImage(bool isTar)
    {
        using TempFolder folder = new();
        LayoutBuilder layout = new(folder["made"]);
        string image = layout.Image("app", MediaTypes.OciLayerGzip);
        string signature = layout.Referrer(image, "application/vnd.dev.sigstore.bundle.v0.3+json");
        string countersigned = layout.Referrer(signature, "application/example");
        string other = layout.Referrer(
            $"{{\"mediaType\":\"{MediaTypes.OciManifest}\",\"digest\":\"{Digest.Compute("elsewhere"u8)}\",\"size\":9}}",
            "application/vnd.dev.sigstore.bundle.v0.3+json");
        layout.Blob("{\"subject\": true}"u8.ToArray(), "application/json");
        layout.Write([layout.Annotated(image, "kind=dev.cosignproject.cosign/image")]);
        layout.Pack(folder["made.tar"], "oci-layout", "index.json", "blobs/");

        await CopyToRepositoryAsync(At(folder[isTar ? "made.tar" : "made"]), "dest.example/it");

        FakeRepository there = Registry.Get("dest.example/it");
        Assert.Contains(layout.DigestOf(image), there.Manifests);
        Assert.Contains(layout.DigestOf(signature), there.Manifests);
        Assert.Contains(layout.DigestOf(countersigned), there.Manifests);
        Assert.DoesNotContain(layout.DigestOf(other), there.Manifests);
    }

    [TestMethod]
    [DataRow("containerd")]
    [DataRow("docker")]
    [DataRow("docker, its own list first")]
    [DataRow("buildkit")]
    [DataRow("podman")]
    [DataRow("crane")]
    [DataRow("crane, annotated")]
    [DataRow("oras")]
    [DataRow("regctl")]
    [DataRow("indexes in indexes")]
    [DataRow("another thing")]
    public async Task AForeignLayout_IsVerifiedAndImported_WithItsTagAndDigests(string writer)
    {
        using TempFolder folder = new();
        LayoutBuilder layout = new(folder["made"]);
        string root = Make(layout, writer, out string[] order, out string? tag);
        File.WriteAllText(folder["made/manifest.json"], "[{\"Config\":\"blobs/sha256/0\",\"RepoTags\":[\"app:v7\"],\"Layers\":[]}]");
        File.WriteAllText(folder["made/repositories"], "{}");
        layout.Pack(folder["made.tar"], order);
        foreach (string path in (string[])[folder["made"], folder["made.tar"]])
        {
            VerificationResult verdict = await new Verifier(Registry).VerifyAsync(At(path), Token);
            Assert.IsTrue(verdict.IsRight, string.Join(' ', verdict.Problems));
            Assert.AreEqual(writer == "another thing", verdict.Warnings.Any(warning => warning.Code == ErrorCode.LayoutEntryLeft));
            string repository = $"dest.example/apps/{(path.EndsWith("tar", StringComparison.Ordinal) ? "tar" : "folder")}";
            TransferResult result = await CopyToRepositoryAsync(At(path), repository);
            Assert.IsTrue(result.IsComplete);
            FakeRepository there = Registry.Get(repository);
            Assert.Contains(layout.DigestOf(root), there.Manifests);
            if (tag is not null)
                Assert.AreEqual(layout.DigestOf(root), there.Tags[tag]);
            string? fallback = there.Tags.GetValueOrDefault($"sha256-{layout.DigestOf(root).Hex}").ToString();
            Assert.AreSequenceEqual(
                [.. Directory.GetFiles(folder["made/blobs/sha256"]).Select(file => $"sha256:{Path.GetFileName(file)}")
                    .Where(digest => !IsForeign(digest)).Order(StringComparer.Ordinal)],
                [.. there.Blobs.Concat(there.Manifests).Select(digest => digest.ToString())
                    .Where(digest => digest != fallback).Order(StringComparer.Ordinal)]);
            Assert.AreEqual(
                writer == "another thing", result.Plan.Warnings.Any(warning => warning.Code == ErrorCode.LayoutEntryLeft));
        }
    }

    [TestMethod]
    public async Task ALayoutOfOtherThingsAloneHoldsNoImage()
    {
        using TempFolder folder = new();
        LayoutBuilder layout = new(folder["made"]);
        layout.Write([layout.Blob("<a/>"u8.ToArray(), "application/xml")]);
        AirgapException refusal = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToRepositoryAsync(At(folder["made"]), "dest.example/it"));
        Assert.AreEqual(ErrorCode.InvalidLayout, refusal.Code);
        Assert.Contains("lists no image", refusal.Message);
    }

    [TestMethod]
    public async Task ABundleWithoutItsImagesGoesAsAnImageAndIsNamed()
    {
        using TempFolder folder = new();
        LayoutBuilder layout = new(folder["made"]);
        string pinned = $"r.example/app@{Digest.Compute("elsewhere"u8)}";
        string bundle = layout.Bundle([pinned]);
        layout.Write([layout.Named(bundle, "b1")]);
        VerificationResult verdict = await new Verifier(Registry).VerifyAsync(At(folder["made"]), Token);
        Assert.IsTrue(verdict.IsRight, string.Join(' ', verdict.Problems));
        TransferResult result = await CopyToRepositoryAsync(At(folder["made"]), "dest.example/it");
        Assert.AreEqual(layout.DigestOf(bundle), Registry.Get("dest.example/it").Tags["b1"]);
        Assert.DoesNotContain("image-locations", TagLines("dest.example/it"));
        foreach (Diagnostic warning in (Diagnostic[])[verdict.Warnings.Single(), result.Plan.Warnings.Single()])
        {
            Assert.AreEqual(ErrorCode.LayoutBundleAlone, warning.Code);
            Assert.Contains(pinned, warning.Message);
            Assert.Contains(layout.DigestOf(bundle).ToString(), warning.Message);
        }
    }

    [TestMethod]
    public async Task ACompressedLayoutIsNamedAsThat()
    {
        using TempFolder folder = new();
        LayoutBuilder layout = new(folder["made"]);
        Make(layout, "podman", out string[] order, out _);
        layout.Pack(folder["made.tar"], order);
        await using (GZipStream gzip = new(File.Create(folder["made.tar.gz"]), CompressionLevel.Fastest))
            await gzip.WriteAsync(await File.ReadAllBytesAsync(folder["made.tar"], Token), Token);
        AirgapException refusal = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToRepositoryAsync(At(folder["made.tar.gz"]), "dest.example/it"));
        Assert.AreEqual(ErrorCode.ForeignArchive, refusal.Code);
        Assert.Contains("compressed by gzip", refusal.Message);
        Assert.Contains("gunzip", refusal.Advice);
        Assert.AreEqual(
            ErrorCode.ForeignArchive, (await new Verifier(Registry).VerifyAsync(At(folder["made.tar.gz"]), Token)).Problems.Single().Code);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ReferrersThatRegctlKeepsInATagArriveWhereTheRegistryAsksForThem(bool asTag)
    {
        // regctl lists attached artifacts in an index with the tag of the subject, as for registries without the API.
        using TempFolder folder = new();
        LayoutBuilder layout = new(folder["made"]);
        string image = layout.Image("one", MediaTypes.OciLayerGzip);
        string referrer = layout.Referrer(image, "application/vnd.example.sbom");
        string fallback = layout.Index([referrer]);
        string tag = $"sha256-{layout.DigestOf(image).Hex}";
        layout.Write(asTag ? [layout.Named(image, "v7"), layout.Named(fallback, tag)] : [layout.Named(image, "v7"), referrer]);
        await CopyToRepositoryAsync(At(folder["made"]), "dest.example/it");
        FakeRepository there = Registry.Get("dest.example/it");
        Assert.Contains(layout.DigestOf(referrer), there.Manifests);
        Manifest list = (await there.FindManifestAsync(tag, Token))!;
        Assert.AreEqual(layout.DigestOf(referrer), Assert.ContainsSingle(list.Manifests).Digest);
    }

    private static string Make(LayoutBuilder layout, string writer, out string[] order, out string? tag)
    {
        string image = layout.Image("one", MediaTypes.OciLayerGzip);
        string both = layout.Index([image, layout.Image("two", MediaTypes.OciLayerGzip)]);
        order = ["blobs/", "index.json", "oci-layout"];
        tag = "v7";
        switch (writer)
        {
            case "containerd":
                order = ["blobs/", "index.json", "manifest.json", "oci-layout"];
                layout.Write([layout.Annotated(both, $"{Name}=docker.io/library/app:v7", $"{Ref}=v7")]);
                return both;
            case "docker" or "docker, its own list first":
                order = writer == "docker" ? ["blobs/", "index.json", "manifest.json", "oci-layout", "repositories"]
                    : ["manifest.json", "repositories", "blobs/", "index.json", "oci-layout"];
                layout.Write(
                    [layout.Annotated(both, $"{Name}=docker.io/library/app:v7", $"{Ref}=v7",
                        "containerd.io/distribution.source.docker.io=library/app")]);
                return both;
            case "buildkit":
                string attestation = layout.Annotated(
                    image, "vnd.docker.reference.type=attestation-manifest", "vnd.docker.reference.digest=x");
                string built = layout.Index([both, attestation]);
                layout.Write([layout.Annotated(
                    built, $"{Name}=registry.example/team/app:v7", $"{Ref}=v7", "org.opencontainers.image.created=2026-01-01T00:00:00Z")]);
                return built;
            case "podman":
                layout.Write([layout.Annotated(both, $"{Ref}=registry.example/team/app:v7")]);
                return both;
            case "crane":
                tag = null;
                layout.Write([both]);
                return both;
            case "crane, annotated":
                layout.Write([layout.Annotated(both, $"{Ref}=registry.example/team/app:v7")]);
                return both;
            case "oras":
                layout.Write([layout.Annotated(both, $"{Ref}=v7"), image, layout.Referrer(both, "application/vnd.example.sbom")]);
                return both;
            case "regctl":
                order = ["oci-layout", "index.json", "manifest.json", "blobs/"];
                layout.Write([layout.Annotated(both, $"{Ref}=v7")]);
                return both;
            case "indexes in indexes":
                string outer = layout.Index([layout.Index([both])]);
                layout.Write([layout.Annotated(outer, $"{Ref}=v7")]);
                return outer;
            default:
                layout.Write([layout.Annotated(layout.Blob(s_foreign, "application/xml"), "a=b"), layout.Annotated(both, $"{Ref}=v7")]);
                return both;
        }
    }

    private static readonly byte[] s_foreign = Encoding.UTF8.GetBytes("<component/>");

    private static bool IsForeign(string digest) => digest == Digest.Compute(s_foreign).ToString();
}
