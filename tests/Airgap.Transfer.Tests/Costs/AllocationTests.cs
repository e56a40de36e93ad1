using System.Globalization;
using System.IO.Compression;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pulling.Unpacking;
using Airgap.Transfer.Tests.Archives;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Tests.Costs;

/// <summary>
/// A parser's allocations grow at most linearly with its input: of three sizes, each four times the one before, none allocates more than a
/// constant for each byte. The inputs are the ones that cost most.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[DoNotParallelize]
public sealed class AllocationTests
{
    private const int Smallest = 64 * 1024;
    private const long Overhead = 1_000_000;
    private const string Header = "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void ImagesLocks_AllocateInProportion() =>
        Grows(60, size => Text(Header, i => $"- image: r.local/a@sha256:{i:x64}\n", size), bytes => ImagesLock.Read(bytes, "images.yml"));

    [TestMethod]
    public void AnnotationsOfALock_AllocateInProportion() => Grows(
        100, size => Text(Header + $"- image: r.local/a@sha256:{1:x64}\n  annotations:\n", i => $"    {i:x}: {i:x}\n", size),
        bytes => ImagesLock.Read(bytes, "images.yml"));

    [TestMethod]
    public void ALockThatIsRefused_AllocatesInProportion() =>
        Grows(400, size => Text(Header + "- [", _ => "a,", size), bytes => ImagesLock.Read(bytes, "images.yml"));

    [TestMethod]
    public void ReferencesOfPackages_AllocateInProportion() =>
        Grows(400, size => Text("a:\n", _ => "- a\n", size), bytes => PackageReferences.Find(new MemoryStream(bytes), "packages/a.yml"));

    [TestMethod]
    public void ReferencesInOneLine_AllocateInProportion() =>
        Grows(400, size => Text("a: [", _ => "a,", size), bytes => PackageReferences.Find(new MemoryStream(bytes), "packages/a.yml"));

    [TestMethod]
    public void PackageDocuments_AllocateInProportion() => Grows(
        400, size => Text("a:\n", _ => "- a\n", size),
        bytes => YamlReader.ReadDocuments(bytes, new YamlContext("a.yml", ErrorCode.InvalidPackage, "None.")));

    [TestMethod]
    public void ManyDocuments_AllocateInProportion() => Grows(
        400, size => Text("", _ => "---\na\n", size),
        bytes => YamlReader.ReadDocuments(bytes, new YamlContext("a.yml", ErrorCode.InvalidPackage, "None.")));

    [TestMethod]
    public void Manifests_AllocateInProportion() => Grows(
        20,
        size => Text($"{{\"schemaVersion\":2,\"config\":{Descriptor(0)},\"layers\":[",
            i => (i == 0 ? "" : ",") + Descriptor(i), size, "]}"),
        bytes => Manifest.Parse(bytes, MediaTypes.OciManifest));

    [TestMethod]
    public void HeadersOfArchives_AllocateInProportion() =>
        OfFile(2, size => [.. Enumerable.Range(0, size / 512).SelectMany(i => ArchiveLayout.HeaderOf($"{i:x}", 0)), .. new byte[1024]]);

    [TestMethod]
    public void AttributesOfArchives_AllocateInProportion() => OfFile(10, size =>
        [.. Enumerable.Range(0, size / 1536).SelectMany(i => ArchiveLayout.HeaderOf($"{new string('a', 100)}{i:x}", 0)),
            .. new byte[1024]]);

    [TestMethod]
    public void ImagesOfArchives_AllocateInProportion() => OfFile(40, size =>
    {
        ArchiveBuilder archive = new();
        for (int i = 0; i < size / 900; i++)
            archive.Image("r.local/a", $"{{\"i\":{i}}}", []);
        return archive.ToTar();
    });

    [TestMethod]
    public void EntriesOfLayers_AllocateInProportion() => Grows(
        10, size => [.. Enumerable.Range(0, size / 512).SelectMany(i => ArchiveLayout.HeaderOf($"{i:x}", 0)), .. new byte[1024]],
        bytes => ReadLayer(bytes));

    [TestMethod]
    public void NamesOfLayers_AllocateInProportion() =>
        Grows(20, size => Pulling(new string('a', Math.Min(size, 1_000_000))), bytes => ReadLayer(bytes));

    [TestMethod]
    public void NamesThatAreTheFolderItself() => Grows(
        20,
        size => Pulling(string.Concat(Enumerable.Repeat("./", Math.Min(size, 1_000_000) / 2)) + ".imgpkg/images.yml"),
        bytes => Refused(() => BundleContent.ReadAsync(
            Gzip(bytes), ImageReference.Parse("r.local/a:1"), withPackages: true, CancellationToken.None).GetAwaiter().GetResult()));

    [TestMethod]
    public void PathsOfLayers_AllocateInProportion() =>
        Grows(20, size => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("a/", size / 2))), bytes =>
    {
        try
        {
            LayerPath.Parse(Encoding.ASCII.GetString(bytes));
        }
        catch (LayerException)
        {
            // Too long.
        }
    });

    [TestMethod]
    public void Notes_AllocateInProportion() => Grows(
        40,
        size =>
        {
            string content = "{\"manifest\":\"" + Digest.Compute([]) + "\",\"imagesLock\":["
                + string.Join(',', Enumerable.Range(0, size / 100).Select(i => $"{{\"image\":\"r.local/a@sha256:{i:x64}\"}}")) + "]}";
            return Encoding.ASCII.GetBytes(
                $"{{\"version\":1,\"digest\":\"{Digest.Compute(Encoding.ASCII.GetBytes(content))}\",\"content\":{content}}}");
        },
        bytes => ArchiveNotes.Read(bytes, "a.tar", why => new AirgapException(ErrorCode.InvalidArchive, why, "None.")));

    /// <summary>Checks that a parser allocates no more than a number of bytes for each of its input.</summary>
    private void Grows(int mostPerByte, Func<int, byte[]> make, Action<byte[]> parse)
    {
        // Costs that occur once, such as compilation, are not costs of the input.
        Refused(() => parse(make(1024)));
        foreach (int size in (int[])[Smallest, 4 * Smallest, 16 * Smallest])
        {
            byte[] input = make(size);
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Refused(() => parse(input));
            long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            TestContext.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{input.Length} bytes: {allocated} allocated, {(double)allocated / input.Length:0.0} a byte"));
            Assert.IsLessThan(Overhead + ((long)mostPerByte * input.Length), allocated, $"for {input.Length} bytes");
        }
    }

    private void OfFile(int mostPerByte, Func<int, byte[]> make)
    {
        using TempFolder folder = new();
        string path = folder["a.tar"];
        Grows(mostPerByte, size =>
        {
            File.WriteAllBytes(path, make(size));
            return File.ReadAllBytes(path);
        }, _ =>
        {
            Refused(() => PlanAsync(path).GetAwaiter().GetResult());
        });

        static async Task PlanAsync(string path) =>
            await new ArchivePlanner(await ArchiveReader.OpenAsync(path, CancellationToken.None), new PlanOptions())
            .PlanAsync(new RelocationSource.Archive(path), CancellationToken.None);
    }

    private static void ReadLayer(byte[] tar) => ReadLayerAsync(new LayerTarReader(new MemoryStream(tar))).GetAwaiter().GetResult();

    private static async Task ReadLayerAsync(LayerTarReader reader)
    {
        while (await reader.ReadNextAsync(CancellationToken.None) is not null)
        {
        }
    }

    private static void Refused(Action run)
    {
        try
        {
            run();
        }
        catch (AirgapException)
        {
            // A refusal also has a cost.
        }
    }

    private static byte[] Pulling(string name) => [.. ArchiveLayout.HeaderOf(name, 0), .. new byte[1024]];

    private static MemoryStream Gzip(byte[] bytes)
    {
        MemoryStream gzip = new();
        using (GZipStream zip = new(gzip, CompressionLevel.Fastest, leaveOpen: true))
            zip.Write(bytes);
        gzip.Position = 0;
        return gzip;
    }

    private static string Descriptor(int i) => $"{{\"mediaType\":\"{MediaTypes.OciLayer}\",\"digest\":\"sha256:{i:x64}\",\"size\":1}}";

    private static byte[] Text(string beginning, Func<int, string> line, int size, string end = "")
    {
        StringBuilder text = new(beginning);
        for (int i = 0; text.Length < size; i++)
            text.Append(line(i));
        return Encoding.UTF8.GetBytes(text.Append(end).ToString());
    }
}
