using System.Buffers.Binary;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Layers;

namespace Airgap.Transfer.Tests.Archives;

/// <summary>Malicious archives: each causes one error that names the file, and nothing is written.</summary>
[TestClass]
public sealed class HostileArchiveTests
{
    private static readonly byte[] s_end = new byte[2 * TarHeader.BlockSize];

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow('1', DisplayName = "hard link")]
    [DataRow('2', DisplayName = "symbolic link")]
    [DataRow('3', DisplayName = "character device")]
    [DataRow('4', DisplayName = "block device")]
    [DataRow('5', DisplayName = "folder")]
    [DataRow('6', DisplayName = "pipe")]
    [DataRow('S', DisplayName = "GNU sparse file")]
    [DataRow('L', DisplayName = "GNU long name")]
    [DataRow('g', DisplayName = "PAX header of the whole archive")]
    public async Task OnlyRegularFiles_AreTaken(char type)
    {
        byte[] header = ArchiveLayout.HeaderOf("../../evil", 0);
        header[156] = (byte)type;
        await RefusedAsync([.. Entry("manifest.json", "[]"u8), .. Seal(header), .. s_end], "the entry '../../evil' is not a regular file");
    }

    [TestMethod]
    public async Task ANameIsNoPath()
    {
        byte[] tar = [.. Entry("../evil", "1"u8), .. Entry("/evil", "2"u8), .. Entry("manifest.json", "[]"u8), .. s_end];
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["in"]);
        await File.WriteAllBytesAsync(folder["in/x.tar"], tar, TestContext.CancellationToken);
        await ReadAsync(folder["in/x.tar"]);
        Assert.AreSequenceEqual([folder["in"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    [DataRow("30 GNU.sparse.size=1000000000\n", "sparse")]
    [DataRow("22 GNU.sparse.major=1\n", "sparse")]
    [DataRow("11 size=-1\n", "no valid size")]
    [DataRow("28 size=9223372036854775808\n", "no valid size")]
    [DataRow("28 size=9223372036854775807\n", "truncated: 'a'")]
    [DataRow("99 size=1\n", "malformed")]
    [DataRow("9999999999 size=1\n", "malformed")]
    [DataRow("0 size=1\n", "malformed")]
    [DataRow("size=1\n", "malformed")]
    [DataRow("22 path=manifest.json\n", "two entries named 'manifest.json'")]
    public async Task AttributesThatLie_AreRefused(string records, string why)
    {
        byte[] header = ArchiveLayout.HeaderOf("pax", records.Length);
        header[156] = (byte)'x';
        await RefusedAsync([.. Entry("manifest.json", "[]"u8), .. Seal(header), .. Padded(Encoding.ASCII.GetBytes(records)),
            .. Entry("a", "1"u8), .. s_end], why);
    }

    [TestMethod]
    public async Task ABaseOf256IsNoSize()
    {
        foreach (long size in (long[])[1, long.MaxValue, -1, long.MinValue])
        {
            byte[] header = ArchiveLayout.HeaderOf("a", 0);
            header[124] = size < 0 ? (byte)0xFF : (byte)0x80;
            BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(128), size);
            await RefusedAsync([.. Entry("manifest.json", "[]"u8), .. Seal(header), .. s_end], "no valid size");
        }
    }

    [TestMethod]
    public async Task AttributesWithoutEndAreNotHeldInMemory()
    {
        byte[] header = ArchiveLayout.HeaderOf("pax", 1_000_000);
        header[156] = (byte)'x';
        await RefusedAsync([.. Seal(header), .. new byte[1_000_448], .. s_end], "too long");
    }

    [TestMethod]
    public async Task TwoEntriesOfOneNameAreRefused() => await RefusedAsync(
        [.. Entry("manifest.json", "[]"u8), .. Entry("manifest.json", "[{}]"u8), .. s_end], "two entries named 'manifest.json'");

    [TestMethod]
    public async Task AnArchiveCutAnywhereIsRefused()
    {
        byte[] whole = [.. Entry("manifest.json", "[]"u8), .. Entry("sha256-a.tar.gz", "layer"u8), .. s_end];
        using TempFolder folder = new();
        await File.WriteAllBytesAsync(folder["x.tar"], whole, TestContext.CancellationToken);
        using FileStream file = new(folder["x.tar"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        for (int length = whole.Length - TarHeader.BlockSize - 1; length >= 0; length--)
        {
            file.SetLength(length);
            AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
                () => ReadAsync(folder["x.tar"]), $"cut to {length} bytes");
            Assert.AreEqual(ErrorCode.InvalidArchive, e.Code, e.Message);
        }
    }

    [TestMethod]
    public async Task ALayerWithALongDigestIsFound()
    {
        byte[] layer = "layer"u8.ToArray();
        Digest digest = Digest.Parse($"sha512:{Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(layer))}");
        using TempFolder folder = new();
        await File.WriteAllBytesAsync(
            folder["x.tar"], [.. Entry("manifest.json", "[]"u8), .. Entry(ArchiveLayout.NameOf(digest), layer), .. s_end],
            TestContext.CancellationToken);
        ArchiveReader archive = await ArchiveReader.OpenAsync(folder["x.tar"], TestContext.CancellationToken);
        Assert.IsNotNull(archive.FindLayer(new Descriptor(MediaTypes.OciLayerGzip, digest, layer.Length)));
    }

    private async Task RefusedAsync(byte[] tar, string why)
    {
        using TempFolder folder = new();
        string path = folder["x.tar"];
        await File.WriteAllBytesAsync(path, tar, TestContext.CancellationToken);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => ReadAsync(path));
        Assert.AreEqual(ErrorCode.InvalidArchive, e.Code, e.Message);
        Assert.Contains(path, e.Message);
        Assert.Contains(why, e.Message);
        Assert.AreSequenceEqual([path], Directory.GetFileSystemEntries(folder.Path));
    }

    private async Task ReadAsync(string path)
    {
        ArchiveReader archive = await ArchiveReader.OpenAsync(path, TestContext.CancellationToken);
        await foreach (ArchivedItem _ in archive.ReadItemsAsync(false, null, TestContext.CancellationToken))
        {
        }
    }

    private static byte[] Entry(string name, ReadOnlySpan<byte> content) =>
        [.. ArchiveLayout.HeaderOf(name, content.Length), .. Padded(content)];

    private static byte[] Padded(ReadOnlySpan<byte> content) => [.. content, .. new byte[TarHeader.Padding(content.Length)]];

    private static byte[] Seal(byte[] header)
    {
        "        "u8.CopyTo(header.AsSpan(148));
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
        return header;
    }
}
