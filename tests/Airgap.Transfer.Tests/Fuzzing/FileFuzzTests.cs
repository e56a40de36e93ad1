using System.IO.Compression;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Fuzzing;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Tests.Fuzzing;

/// <summary>Files from beyond the air gap or from a layer are read, or refused with a printable message.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class FileFuzzTests
{
    private static readonly string[] s_yaml =
        ["&a ", "*a", "!!binary ", "<<: ", "? ", "---\n", "...\n", "|\n  ", ">-\n", "\"\\x1b\"", "'", "{a: ", "[a, ", "images:\n",
            "- image: ", "@sha256:", "annotations:\n", "~", "0x7f", "\t", "#"];

    private static readonly string[] s_tar = ["ustar\u0000", "size=", "path=", "linkpath=", "GNU.sparse.size=", "12 size=-1\n",
        "30 path=../../../../../x\n", ".wh.", ".wh..wh..opq", "././@LongLink", "77777777777", "\u0080"];

    private static readonly string[] s_layout = [
        "null", "{}", "[]", "-1", "\\ud800", "\"manifests\":[", "\"digest\":\"sha256:", "\"size\":", "\"annotations\":{",
        "\"mediaType\":\"", "org.opencontainers.image.ref.name", "io.containerd.image.name", "dev.carvel.imgpkg.copy.root-bundle"];

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void ImagesLocks_AreReadOrRefused() => Fuzz.Run(TestContext, "lock", bytes => ImagesLock.Read(bytes, "images.yml"), s_yaml);

    [TestMethod]
    public void LocksOfBothKinds_AreReadOrRefused() =>
        Fuzz.Run(TestContext, "bundle-lock", bytes => LockFile.Read(bytes, "lock.yml"), [.. s_yaml, "bundle:\n", "tag: "]);

    [TestMethod]
    public void ImageLocationFiles_AreReadOrRefused() =>
        Fuzz.Run(TestContext, "locations", bytes => ImageLocations.Read(bytes, "image-locations.yml"), [.. s_yaml, "isBundle: "]);

    [TestMethod]
    public void PackageFiles_AreReadOrRefused() => Fuzz.Run(TestContext, "package", bytes =>
    {
        if (PackageReferences.Find(new MemoryStream(bytes), "packages/a.yml").IsEmpty)
            throw new AirgapException(ErrorCode.InvalidArgument, "No reference was found.", "None.");
    }, [.. s_yaml, "image: ", "#@ "]);

    [TestMethod]
    public void Archives_AreReadOrRefused()
    {
        using TempFolder folder = new();
        string path = folder["fuzz.tar"];
        Fuzz.Run(TestContext, "archive", bytes =>
        {
            File.WriteAllBytes(path, bytes);
            Plan(path).GetAwaiter().GetResult();
        }, [.. s_tar, "\"Digest\":\"sha256:", "\"Raw\":\"", "\"Layers\":null", "\"Refs\":[", "null", "-1"], TarChecksums.Mend);

        static async Task Plan(string path)
        {
            ArchiveReader archive = await ArchiveReader.OpenAsync(path, CancellationToken.None);
            await new ArchivePlanner(archive, new PlanOptions()).PlanAsync(new RelocationSource.Archive(path), CancellationToken.None);
        }
    }

    [TestMethod]
    public void LayoutsInATar_AreReadOrRefused()
    {
        using TempFolder folder = new();
        string path = folder["fuzz.tar"];
        Fuzz.Run(TestContext, "layout-tar", bytes =>
        {
            File.WriteAllBytes(path, bytes);
            PlanLayout(path).GetAwaiter().GetResult();
        }, [.. s_tar, .. s_layout, "blobs/sha256/", "index.json", "oci-layout", "airgap.json", "./", "../", "imageLayoutVersion"],
            TarChecksums.Mend);
    }

    [TestMethod]
    public void IndexesOfALayoutsFolder()
    {
        using TempFolder folder = new();
        System.Formats.Tar.TarFile.ExtractToDirectory(
            Path.Combine(Fixtures.RepositoryRoot, "tests", "Airgap.TestKit", "corpus", "layout-tar", "bundle.tar"), folder.Path,
            overwriteFiles: false);
        Fuzz.Run(TestContext, "layout-index", bytes =>
        {
            File.WriteAllBytes(folder["index.json"], bytes);
            PlanLayout(folder.Path).GetAwaiter().GetResult();
        }, s_layout);
    }

    [TestMethod]
    public void NotesOfArchives_AreReadOrRefused() => Fuzz.Run(
        TestContext,
        "archive-notes",
        bytes => ArchiveNotes.Read(
            bytes, "a.tar", why => new AirgapException(ErrorCode.InvalidArchive, $"It cannot be read: {why}.", "Copy it again.")),
        ["null", "{}", "[]", "\\ud800", "\"version\":", "\"digest\":\"sha256:", "\"content\":", "\"imagesLock\":[", "1e400"]);

    [TestMethod]
    public void YamlDocuments_AreReadOrRefused() => Fuzz.Run(
        TestContext, "package", bytes =>
        YamlReader.ReadDocuments(bytes, new YamlContext("a.yml", ErrorCode.InvalidPackage, "Mend it.")), s_yaml);

    private static async Task PlanLayout(string path)
    {
        LayoutReader layout = await LayoutReader.OpenAsync(path, CancellationToken.None);
        await new ArchivePlanner(layout, new PlanOptions()).PlanAsync(new RelocationSource.Archive(path), CancellationToken.None);
    }

    [TestMethod]
    public void Layers_AreReadOrRefused() => Fuzz.Run(TestContext, "layer", bytes =>
    {
        using MemoryStream gzip = new();
        using (GZipStream zip = new(gzip, CompressionLevel.Fastest, leaveOpen: true))
            zip.Write(bytes);
        gzip.Position = 0;
        BundleContent.ReadAsync(gzip, ImageReference.Parse("r.local/a:1"), withPackages: true, CancellationToken.None)
            .GetAwaiter().GetResult();
    }, s_tar, TarChecksums.Mend);

    [TestMethod]
    public void TarsOfLayers_AreReadOrRefused() => Fuzz.Run(TestContext, "layer", bytes =>
    {
        try
        {
            ReadAsync(bytes).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            // The documented exceptions of the reader, which its callers turn into one with a code.
            throw new AirgapException(ErrorCode.InvalidLayer, "It is not a tar.", "None.", e);
        }

        static async Task ReadAsync(byte[] bytes)
        {
            LayerTarReader reader = new(new MemoryStream(bytes));
            while (await reader.ReadNextAsync(CancellationToken.None) is { } entry)
                await entry.Content.CopyToAsync(Stream.Null);
        }
    }, s_tar, TarChecksums.Mend);
}
