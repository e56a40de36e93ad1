using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.TestKit.Layouts;
using Airgap.TestKit.Peers;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Describing;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Archives.Layouts;

/// <summary>Layouts with sha512 digests and separate entries for attached artifacts, in both directions.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class LongDigestLayoutTests : LayoutTestBase
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ALayoutWithLongDigests_IsVerifiedDescribedImportedAndConverted(bool isTar)
    {
        using TempFolder folder = new();
        (string path, Made made) = Make(folder, isTar);
        VerificationResult verdict = await new Verifier(Registry).VerifyAsync(At(path), Token);
        Assert.IsTrue(verdict.IsRight, string.Join(' ', verdict.Problems));
        BundleDescription description = await Describer.DescribeArchiveAsync(new(path) { Item = "b1" }, new DescribeOptions(), Token);
        Assert.Contains($"sha512:{made.Bundle.Hex}", DescriptionYaml.Write(description));
        Assert.Contains($"sha512:{made.Index.Hex}", DescriptionYaml.Write(description));

        await AssertImportedAsync(path, made, "dest.example/apps/it");
        await CopyToArchiveAsync(At(path), folder["imgpkg.tar"]);
        await AssertImportedAsync(folder["imgpkg.tar"], made, "dest.example/apps/over-imgpkgs");
        await ToLayoutAsync(At(folder["imgpkg.tar"]), folder["back"], isTar);
        await AssertImportedAsync(folder["back"], made, "dest.example/apps/back");
        Assert.IsTrue((await new Verifier(Registry).VerifyAsync(At(folder["back"]), Token)).IsRight);

        // The same content, by every route.
        await ToLayoutAsync(At(path), folder["again"], isTar: false);
        Assert.AreSequenceEqual(NamesBelow(folder["made/blobs"]), NamesBelow(folder["again/blobs"]));
    }

    [TestMethod]
    public async Task ASpoiledContentIsNamedByItsDigest()
    {
        using TempFolder folder = new();
        (string path, Made made) = Make(folder, isTar: false);
        string blob = Path.Combine(path, "blobs", "sha512", made.Layer.Hex);
        byte[] bytes = await File.ReadAllBytesAsync(blob, Token);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(blob, bytes, Token);
        Diagnostic problem = (await new Verifier(Registry).VerifyAsync(At(path), Token)).Problems.Single();
        Assert.AreEqual(ErrorCode.ArchiveDigestMismatch, problem.Code);
        Assert.AreEqual(made.Layer.ToString(), problem.Digest);

        File.Delete(blob);
        AirgapException refusal = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToRepositoryAsync(At(path), "dest.example/apps/it"));
        Assert.AreEqual(ErrorCode.LayoutBlobMissing, refusal.Code);
        Assert.Contains($"blobs/sha512/{made.Layer.Hex}", refusal.Message);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task SkopeoReadsItsManifestsByTheirTags(bool isTar)
    {
        // Version 1.9 names every copy by sha256, so it reads the manifests of such layouts but copies nothing.
        using TempFolder folder = new();
        (string path, Made made) = Make(folder, isTar);
        await ToLayoutAsync(At(path), folder["ours"], isTar);
        string ours = $"{(isTar ? "oci-archive" : "oci")}:{folder["ours"]}";
        Assert.AreEqual(made.Index, OfText(made.Index, await Skopeo.InspectRawAsync($"{ours}:v7")));
        Assert.AreEqual(made.Solo, OfText(made.Solo, await Skopeo.InspectRawAsync($"{ours}:solo")));

        static Digest OfText(Digest like, string text) => Digest.ComputeLike(like, Encoding.UTF8.GetBytes(text));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task AReferrerIsAnEntryThatSaysWhatItIs(bool isTar)
    {
        using TempFolder folder = new();
        (string path, Made made) = Make(folder, isTar);
        await ToLayoutAsync(At(path), folder["ours"], isTar);
        LayoutEntry[] entries = [.. (await LayoutIndexOfAsync(folder["ours"])).Entries];
        LayoutEntry referrer = entries.Single(entry => entry.Descriptor.Digest == made.Referrer);
        Assert.IsTrue(referrer.IsNamed);
        TransferPlan plan = await new Relocator(Registry).PlanAsync(At(folder["ours"]), new PlanOptions(), Token);
        PlannedItem item = plan.Items.Single(item => item.Digest == made.Referrer);
        Assert.AreEqual("application/vnd.example.sbom", item.Content.Manifest.ArtifactType);
        Assert.AreEqual(made.Index, item.Content.Manifest.Subject!.Digest);
        Assert.Contains(
            "\"artifactType\":\"application/vnd.example.sbom\"",
            Encoding.UTF8.GetString((await LayoutIndexOfAsync(folder["ours"])).Bytes.Span));
    }

    private sealed record Made(Digest Bundle, Digest Index, Digest Referrer, Digest Layer, Digest Solo);

    // A bundle, the index that it pins, and an artifact attached to the index, listed as by oras: with a name or without.
    private static (string Path, Made Made) Make(TempFolder folder, bool isTar)
    {
        LayoutBuilder layout = new(folder["made"], isLong: true);
        string image = layout.Image("one", MediaTypes.OciLayerGzip);
        string index = layout.Index([image, layout.Image("two", MediaTypes.OciLayerGzip)]);
        string referrer = layout.Referrer(index, "application/vnd.example.sbom");
        string bundle = layout.Bundle([$"r.example/app@{layout.DigestOf(index)}"]);
        string solo = layout.Image("solo", MediaTypes.OciLayerGzip);
        layout.Write([layout.Named(bundle, "b1"), layout.Named(index, "v7"), referrer, layout.Named(solo, "solo")]);
        Digest layer = Manifest.Parse(File.ReadAllBytes(
            Path.Combine(folder["made"], "blobs", "sha512", layout.DigestOf(image).Hex)), null, layout.DigestOf(image)).Layers[0].Digest;
        if (isTar)
            layout.Pack(folder["made.tar"], "blobs/", "index.json", "oci-layout");
        return (isTar ? folder["made.tar"] : folder["made"],
            new(layout.DigestOf(bundle), layout.DigestOf(index), layout.DigestOf(referrer), layer, layout.DigestOf(solo)));
    }

    private async Task AssertImportedAsync(string path, Made made, string repository)
    {
        TransferResult result = await CopyToRepositoryAsync(At(path), repository);
        Assert.IsTrue(result.IsComplete);
        FakeRepository there = Registry.Get(repository);
        Assert.AreEqual(made.Bundle, there.Tags["b1"], path);
        Assert.AreEqual(made.Index, there.Tags["v7"], path);
        Assert.Contains(made.Referrer, there.Manifests);
        Assert.Contains(made.Layer, there.Blobs);
        Assert.Contains($"sha512-{made.Bundle.Hex[..64]}.image-locations.imgpkg", TagLines(repository));
    }

    private async Task<LayoutIndex> LayoutIndexOfAsync(string path) =>
        await LayoutIndex.ReadAsync(await LayoutFiles.OpenAsync(path, Token), Token);

    private static string[] NamesBelow(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file))
            .Order(StringComparer.Ordinal),
    ];
}
