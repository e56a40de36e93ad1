using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Describing;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pulling;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Archives;

/// <summary>All readers of an archive come to the same verdict.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class OneReaderTests : RelocatorTestBase
{
    [TestMethod]
    public async Task TwoRootsGetOneVerdict()
    {
        ArchiveBuilder archive = new();
        archive.Bundle("r.local/a", [], isRoot: true);
        archive.Bundle("r.local/b", ["r.local/a@sha256:" + new string('a', 64)], isRoot: true);
        await RefusedByAllAsync(archive.ToTar(), ErrorCode.InvalidArchive, "two root bundles, r.local/a");
    }

    [TestMethod]
    public async Task ARootThatIsNoBundleGetsOneVerdict()
    {
        ArchiveBuilder archive = new();
        archive.Image("r.local/a", "{}", [], isRoot: true);
        await RefusedByAllAsync(archive.ToTar(), ErrorCode.InvalidArchive, "which is not a bundle");
    }

    [TestMethod]
    public async Task ABlockOfZerosAloneIsNoEnd()
    {
        ArchiveBuilder archive = new();
        archive.Bundle("r.local/a", [], isRoot: true);
        byte[] tar = archive.ToTar();
        await RefusedByAllAsync(tar[..^512], ErrorCode.InvalidArchive, "before the end of the archive");
        tar[^1] = 1;
        await RefusedByAllAsync(tar, ErrorCode.InvalidArchive, $"its end at byte {tar.Length - 512} is damaged");
    }

    // No test writes to it, so opening it would block.
    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task APipeIsNotOpened()
    {
        using TempFolder folder = new();
        SpecialFiles.MakePipe(folder["pipe"]);
        File.CreateSymbolicLink(folder["a.tar"], folder["pipe"]);

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => AnyArchive.OpenAsync(folder["a.tar"], Token));

        Assert.AreEqual(ErrorCode.FileFailure, e.Code);
        Assert.Contains("is a pipe, but has to be read more than once", e.Message);
    }

    [TestMethod]
    public async Task AnotherVersionOfAirgapJsonIsRefused()
    {
        ArchiveBuilder archive = new();
        archive.Bundle("r.local/a", [], isRoot: true);
        await RefusedByAllAsync(archive.ToTar(("airgap.json", "{\"version\":3}"u8.ToArray())), ErrorCode.NewerArchive, "version 3");
        await RefusedByAllAsync(
            archive.ToTar(("airgap.json", "{\"version\":1}"u8.ToArray())), ErrorCode.InvalidArchive, "airgap.json is malformed");
        await RefusedByAllAsync(archive.ToTar(("airgap.json", "[]"u8.ToArray())), ErrorCode.InvalidArchive, "airgap.json is malformed");
    }

    [TestMethod]
    public async Task AWholeBundleOfAnArchiveWithoutARootIsImportedWhole()
    {
        ArchiveBuilder archive = new();
        Digest image = archive.Image("r.local/image", "{}", []);
        Digest whole = archive.Bundle("r.local/whole", [$"r.local/image@{image}"]);
        Digest shallow = archive.Bundle("r.local/shallow", ["r.local/image@sha256:" + new string('a', 64)]);
        using TempFolder folder = new();
        await File.WriteAllBytesAsync(folder["a.tar"], archive.ToTar(), Token);
        RelocationSource source = new RelocationSource.Archive(folder["a.tar"]);
        VerificationResult verdict = await new Verifier(Registry).VerifyAsync(source, Token);
        Assert.IsTrue(verdict.IsRight, string.Join(' ', verdict.Problems));
        await CopyToRepositoryAsync(source, "dest.example/a");
        string tags = TagLines("dest.example/a");
        Assert.Contains($"sha256-{whole.Hex}.image-locations.imgpkg", tags);
        Assert.DoesNotContain($"sha256-{shallow.Hex}.image-locations.imgpkg", tags);
    }

    [TestMethod]
    [DataRow("docker-archive")]
    [DataRow("gzip")]
    public async Task AForeignFormatIsNamed(string format)
    {
        byte[] tar = format switch
        {
            "docker-archive" => Tar(
                ("a.json", "{}"), ("b.tar", "x"),
                ("manifest.json", "[{\"Config\":\"a.json\",\"RepoTags\":[\"app:1\"],\"Layers\":[\"b.tar\"]}]")),
            _ => Pulling.LayerBuilder.Gzip(Tar(("manifest.json", "[]"))),
        };
        await RefusedByAllAsync(
            tar, ErrorCode.ForeignArchive, format switch { "docker-archive" => "docker save", _ => "compressed by gzip" });
    }

    [TestMethod]
    [DataRow("docker-archive", ":app:1", "docker save")]
    public async Task AnArchiveBySkopeo_IsNamed(string transport, string name, string format)
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["oci/blobs/sha256"]);
        byte[] tar = new Pulling.LayerBuilder().File("a", "1").Tar();
        string layer = Blob(Pulling.LayerBuilder.Gzip(tar), MediaTypes.OciLayerGzip);
        string config = Blob(System.Text.Encoding.UTF8.GetBytes(
            $"{{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{{}},\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[\"{Digest.Compute(tar)}\"]}}}}"), MediaTypes.OciConfig);
        string manifest = Blob(System.Text.Encoding.UTF8.GetBytes(
            $"{{\"schemaVersion\":2,\"mediaType\":\"{MediaTypes.OciManifest}\",\"config\":{config},\"layers\":[{layer}]}}"),
            MediaTypes.OciManifest);
        await File.WriteAllTextAsync(folder["oci/oci-layout"], "{\"imageLayoutVersion\":\"1.0.0\"}", Token);
        await File.WriteAllTextAsync(folder["oci/index.json"], $"{{\"schemaVersion\":2,\"manifests\":[{manifest}]}}", Token);
        (await Skopeo.RunAsync(["copy", $"oci:{folder["oci"]}", $"{transport}:{folder["written.tar"]}{name}"])).EnsureSuccess();
        await RefusedByAllAsync(await File.ReadAllBytesAsync(folder["written.tar"], Token), ErrorCode.ForeignArchive, format);

        string Blob(byte[] bytes, string mediaType)
        {
            Digest digest = Digest.Compute(bytes);
            File.WriteAllBytes(folder[$"oci/blobs/sha256/{digest.Hex}"], bytes);
            return $"{{\"mediaType\":\"{mediaType}\",\"digest\":\"{digest}\",\"size\":{bytes.Length}}}";
        }
    }

    [TestMethod]
    public async Task ALayerWithALongDigestTravels()
    {
        ArchiveBuilder archive = new();
        byte[] bytes = Pulling.LayerBuilder.Gzip(new Pulling.LayerBuilder().File("a", "1").Tar());
        Descriptor layer = archive.Layer(bytes, MediaTypes.OciLayerGzip, sha512: true);
        Digest image = archive.Image("r.local/long", "{}", [layer]);
        using TempFolder folder = new();
        await File.WriteAllBytesAsync(folder["a.tar"], archive.ToTar(), Token);
        RelocationSource source = new RelocationSource.Archive(folder["a.tar"]);

        VerificationResult verdict = await new Verifier(Registry).VerifyAsync(source, Token);
        Assert.IsTrue(verdict.IsRight, string.Join(' ', verdict.Problems));
        await CopyToRepositoryAsync(source, "dest.example/long");
        ImageReference there = ImageReference.ByDigest(RepositoryName.Parse("dest.example/long"), image);
        TransferResult again = await CopyToArchiveAsync(new RelocationSource.Image(there), folder["b.tar"]);
        Assert.AreEqual(BlobOutcome.Copied, again.Items.Single().Outcome);
        TransferResult resumed =
            await CopyToArchiveAsync(new RelocationSource.Image(there), folder["b.tar"], transfer: new TransferOptions { Resume = true });
        Assert.AreEqual(BlobOutcome.Present, resumed.Items.Single().Outcome);
        Assert.IsTrue((await new Verifier(Registry).VerifyAsync(new RelocationSource.Archive(folder["b.tar"]), Token)).IsRight);
        PullResult pulled = await new Puller(Registry).PullAsync(
            new PullRequest
            {
                Source = new RelocationSource.Archive(folder["b.tar"]),
                Output = folder["out"],
                StateFolder = folder["state"]
            }, Token);
        Assert.AreEqual(1, pulled.Files);
    }

    [TestMethod]
    [DataRow(MediaTypes.OciManifest, MediaTypes.DockerManifest, MediaTypes.OciManifest,
        DisplayName = "image and image: its own word counts")]
    [DataRow(MediaTypes.DockerManifest, MediaTypes.OciManifest, MediaTypes.DockerManifest, DisplayName = "the other way")]
    [DataRow(MediaTypes.OciManifest, MediaTypes.OciIndex, null, DisplayName = "image and index: refused")]
    [DataRow(null, MediaTypes.DockerManifest, MediaTypes.DockerManifest, DisplayName = "no word of its own: the archive's counts")]
    public async Task TheManifestSaysWhatItIs(string? inside, string listed, string? expected)
    {
        ArchiveBuilder archive = new();
        archive.Image("r.local/a", "{}", [], listedAs: listed, type: inside);
        using TempFolder folder = new();
        await File.WriteAllBytesAsync(folder["a.tar"], archive.ToTar(), Token);
        RelocationSource source = new RelocationSource.Archive(folder["a.tar"]);
        VerificationResult verdict = await new Verifier(Registry).VerifyAsync(source, Token);
        Assert.AreEqual(expected is not null, verdict.IsRight);
        if (expected is null)
            Assert.AreEqual(ErrorCode.InvalidManifest,
                (await Assert.ThrowsExactlyAsync<AirgapException>(() => CopyToRepositoryAsync(source, "dest.example/a"))).Code);
        else
            Assert.AreEqual(expected,
                (await CopyToRepositoryAsync(source, "dest.example/a")).Items.Single().Item.Content.Manifest.MediaType);
    }

    private async Task RefusedByAllAsync(byte[] tar, ErrorCode code, string why)
    {
        using TempFolder folder = new();
        string path = folder["a.tar"];
        await File.WriteAllBytesAsync(path, tar, Token);
        RelocationSource source = new RelocationSource.Archive(path);
        VerificationResult verdict = await new Verifier(Registry).VerifyAsync(source, Token);
        Assert.HasCount(1, verdict.Problems, string.Join(" | ", verdict.Problems));
        foreach (Diagnostic refusal in (Diagnostic[])
        [
            verdict.Problems[0],
            await RefusalAsync(() => CopyToRepositoryAsync(source, "dest.example/a")),
            await RefusalAsync(() => Describer.DescribeArchiveAsync(new(path), new DescribeOptions(), Token)),
            await RefusalAsync(() => TagLister.ListArchiveAsync(new(path), new TagListOptions(), Token)),
            await RefusalAsync(() =>
                new Puller(Registry).PullAsync(
                    new PullRequest { Source = source, Output = folder["out"], StateFolder = folder["state"] }, Token)),
        ])
        {
            Assert.AreEqual(code, refusal.Code, refusal.Message);
            Assert.Contains(why, refusal.Message);
            Assert.Contains(path, refusal.Message);
            Assert.IsNotEmpty(refusal.Advice);
        }

        Assert.IsFalse(Directory.Exists(folder["out"]));
    }

    private static async Task<Diagnostic> RefusalAsync(Func<Task> run) =>
        (await Assert.ThrowsExactlyAsync<AirgapException>(run)).ToDiagnostic();

    private static byte[] Tar(params (string Name, string Text)[] entries) =>
    [
        .. entries.SelectMany(entry =>
            (byte[])[.. ArchiveLayout.HeaderOf(entry.Name, entry.Text.Length), .. System.Text.Encoding.ASCII.GetBytes(entry.Text),
                .. new byte[TarHeader.Padding(entry.Text.Length)]]),
        .. new byte[1024],
    ];
}
