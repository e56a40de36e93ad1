using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Archives;

/// <summary>The same source gives imgpkg's own archive, byte for byte; imgpkg's archive gives imgpkg's own tags.</summary>
[TestClass]
public sealed class GoldenArchiveTests : RelocatorTestBase
{
    [TestMethod]
    [DataRow("simple-app-bundle", false, false, "simple-app-bundle.tar")]
    [DataRow("nested-bundle", false, false, "nested-bundle.tar")]
    [DataRow("index-bundle", false, false, "index-bundle.tar")]
    [DataRow("foreign-bundle", false, false, "foreign-bundle.tar")]
    [DataRow("foreign-bundle", true, false, "foreign-bundle.all-layers.tar")]
    [DataRow("signed-bundle", false, true, "signed-bundle.tar")]
    public async Task ABundleGivesImgpkgsArchive(string bundle, bool all, bool signatures, string golden)
    {
        using TempFolder folder = new();
        await CopyToArchiveAsync(
            BundleSource(bundle), folder["out.tar"], new PlanOptions
            {
                IncludeNonDistributableLayers = all,
                CosignSignatures = signatures
            });
        AssertSameArchive(golden, folder["out.tar"]);
    }

    [TestMethod]
    public async Task AnImageIndexGivesImgpkgsArchive()
    {
        using TempFolder folder = new();
        await CopyToArchiveAsync(
            new RelocationSource.Image(ImageReference.Parse($"{Fixtures.Registry}/apps/multi:1.0.0")), folder["out.tar"]);
        AssertSameArchive("multi-image.tar", folder["out.tar"]);
    }

    [TestMethod]
    public async Task AnImagesLockGivesImgpkgsArchive()
    {
        using TempFolder folder = new();
        string annotated = Path.Combine(Fixtures.Input("simple-app-bundle"), ".imgpkg", "images.yml");
        ImagesLock images = ImagesLock.Read(await File.ReadAllBytesAsync(annotated, Token), annotated);
        await File.WriteAllTextAsync(
            folder["plain.yml"], new ImagesLock([.. images.Images.Select(image => new LockedImage(image.Image))]).ToYaml(), Token);
        await CopyToArchiveAsync(new RelocationSource.Lock(folder["plain.yml"]), folder["plain.tar"]);
        AssertSameArchive("images-lock.tar", folder["plain.tar"]);

        // Annotations, which the format cannot contain, are in one additional entry at its end.
        await CopyToArchiveAsync(new RelocationSource.Lock(annotated), folder["out.tar"]);
        byte[] golden = await File.ReadAllBytesAsync(Fixtures.Golden("images-lock.tar"), Token);
        byte[] bytes = await File.ReadAllBytesAsync(folder["out.tar"], Token);
        Assert.AreSequenceEqual(golden[..^1024], bytes[..(golden.Length - 1024)]);
        Assert.StartsWith("airgap.json\0", System.Text.Encoding.ASCII.GetString(bytes, golden.Length - 1024, 100));
        Assert.StartsWith("{\"version\":1,\"digest\":\"sha256:", System.Text.Encoding.ASCII.GetString(bytes, golden.Length - 512, 100));
    }

    [TestMethod]
    public async Task AnEmptyImagesLockGivesImgpkgsArchive()
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["empty.yml"], "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\n", Token);
        await CopyToArchiveAsync(new RelocationSource.Lock(folder["empty.yml"]), folder["a.tar"]);
        byte[] bytes = await File.ReadAllBytesAsync(folder["a.tar"], Token);
        Assert.AreEqual("manifest.json", System.Text.Encoding.ASCII.GetString(bytes, 0, 13));
        Assert.AreEqual("null\0", System.Text.Encoding.ASCII.GetString(bytes, 512, 5));
        Assert.HasCount(4 * 512, bytes);
        Assert.IsEmpty((await CopyToRepositoryAsync(new RelocationSource.Archive(folder["a.tar"]), "dest.example/none")).Items);
        Assert.IsTrue((await new Verifier(Registry).VerifyAsync(new RelocationSource.Archive(folder["a.tar"]), Token)).IsRight);
    }

    [TestMethod]
    [GoldenBundles]
    public async Task AnArchiveGivesImgpkgsTagsAndNoRequestToTheSource(string bundle)
    {
        await CopyToRepositoryAsync(new RelocationSource.Archive(Fixtures.Golden($"{bundle}.tar")), "dest.example:5000/apps/it");
        Assert.AreEqual(await File.ReadAllTextAsync(Fixtures.Golden($"{bundle}.mirror-tags.txt"), Token),
            TagLines("dest.example:5000/apps/it"));
        Assert.IsTrue(Registry.Calls.All(call => call.Contains(" dest.example:5000/", StringComparison.Ordinal)),
            "the air-gapped side asks the destination alone");
    }

    [TestMethod]
    [DataRow("simple-app-bundle.tar")]
    [DataRow("nested-bundle.tar")]
    [DataRow("index-bundle.tar")]
    public async Task EveryTruncationIsRefused(string golden)
    {
        byte[] whole = await File.ReadAllBytesAsync(Fixtures.Golden(golden), Token);
        using TempFolder folder = new();
        // Every block boundary, and one byte before it: a cut inside a header, inside content, and between entries.
        for (int length = 0; length < whole.Length - 512; length = length % 512 == 511 ? length + 1 : length + 511)
        {
            await File.WriteAllBytesAsync(folder["cut.tar"], whole.AsMemory(0, length), Token);
            AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
                () => CopyToRepositoryAsync(new RelocationSource.Archive(folder["cut.tar"]), "dest.example/apps/it"), $"cut at {length}");
            Assert.AreEqual(ErrorCode.InvalidArchive, e.Code, e.Message);
        }

        Assert.IsEmpty(Registry.Calls.Where(call => call.Contains("dest.example", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task ADamagedLayerIsNamedAndNoTagIsWritten()
    {
        byte[] bytes = await File.ReadAllBytesAsync(Fixtures.Golden("simple-app-bundle.tar"), Token);
        int layer = bytes.AsSpan().IndexOf("sha256-3ca7d6f2"u8) + 512;
        bytes[layer + 1000] ^= 1;
        using TempFolder folder = new();
        await File.WriteAllBytesAsync(folder["bad.tar"], bytes, Token);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToRepositoryAsync(new RelocationSource.Archive(folder["bad.tar"]), "dest.example/apps/it"));
        Assert.AreEqual(ErrorCode.ArchiveDigestMismatch, e.Code);
        Assert.Contains("3ca7d6f29e38", e.Message);
        Assert.DoesNotContain("v1.0.0", Registry.Get("dest.example/apps/it").Tags.Keys);
    }

    [TestMethod]
    public async Task ADamagedManifestIsRefusedBeforeAnythingMoves()
    {
        byte[] bytes = await File.ReadAllBytesAsync(Fixtures.Golden("simple-app-bundle.tar"), Token);
        int at = bytes.AsSpan().IndexOf("\\\"schemaVersion\\\":2"u8) + 19;
        bytes[at - 1] = (byte)'1';
        using TempFolder folder = new();
        await File.WriteAllBytesAsync(folder["bad.tar"], bytes, Token);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToRepositoryAsync(new RelocationSource.Archive(folder["bad.tar"]), "dest.example/apps/it"));
        Assert.AreEqual(ErrorCode.ArchiveDigestMismatch, e.Code);
        Assert.IsEmpty(Registry.Calls);
    }

    [TestMethod]
    public async Task AFileThatIsNoTar_IsRefused()
    {
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToRepositoryAsync(
                new RelocationSource.Archive(Path.Combine(Fixtures.Root, "input", "cosign.pub")), "dest.example/apps/it"));
        Assert.AreEqual(ErrorCode.InvalidArchive, e.Code);
        e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToRepositoryAsync(new RelocationSource.Archive(Path.Combine(Fixtures.Root, "no-such.tar")), "dest.example/apps/it"));
        Assert.AreEqual(ErrorCode.FileNotFound, e.Code);
    }

    private static void AssertSameArchive(string golden, string path)
    {
        byte[] expected = File.ReadAllBytes(Fixtures.Golden(golden));
        byte[] actual = File.ReadAllBytes(path);
        int same = expected.AsSpan().CommonPrefixLength(actual);
        Assert.IsTrue(same == expected.Length && same == actual.Length,
            $"{golden}: {expected.Length} bytes expected, {actual.Length} written, the first {same} are the same.");
    }
}
