using System.Text;
using Airgap.TestKit;
using Airgap.Transfer.Archives;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Tests.Archives;

[TestClass]
public sealed class TarIndexTests
{
    private const long EightGiB = 8L * 1024 * 1024 * 1024;

    [TestMethod]
    public void ALayerFrom8GiBHasAPaxSize()
    {
        byte[] header = ArchiveLayout.HeaderOf("sha256-aa.tar.gz", EightGiB);
        Assert.HasCount(3 * 512, header);
        Assert.AreEqual('x', (char)header[156]);
        Assert.StartsWith("PaxHeaders.0/sha256-aa.tar.gz", Encoding.ASCII.GetString(header));
        Assert.AreEqual("19 size=8589934592\n", Encoding.ASCII.GetString(header, 512, 19));
        Assert.AreEqual("00000000000", Encoding.ASCII.GetString(header, 1024 + 124, 11));
        Assert.AreEqual(512, ArchiveLayout.HeaderOf("a", EightGiB - 1).Length);
    }

    [TestMethod]
    public void AnArchiveWithLayersPast8GiBReadsBack()
    {
        using TempFolder folder = new();
        using SafeFileHandle file = File.OpenHandle(folder["big.tar"], FileMode.CreateNew, FileAccess.ReadWrite);
        long offset = 0;
        ArchiveEntry[] expected = [Append("first", 3), Append("large", EightGiB + 5), Append("empty", 0), Append("last", 600)];
        RandomAccess.SetLength(file, offset + 1024);
        Assert.AreSequenceEqual(expected, TarIndex.Read(file).ToArray());

        ArchiveEntry Append(string name, long size)
        {
            byte[] header = ArchiveLayout.HeaderOf(name, size);
            RandomAccess.Write(file, header, offset);
            ArchiveEntry entry = new(name, offset + header.Length, size);
            offset = entry.Offset + ArchiveLayout.Padded(size);
            return entry;
        }
    }

    [TestMethod]
    public void AWrongChecksumALinkAndAnOverflowingSizeAreRefused()
    {
        AssertRefused(header => header[0] ^= 1, "checksum");
        AssertRefused(header => Retype(header, '2'), "regular file");
        AssertRefused(header => Resize(header, "77777777777"), "truncated");
        AssertRefused(header => Resize(header, "-7777777777"), "size");

        static void AssertRefused(Action<byte[]> damage, string why)
        {
            byte[] header = ArchiveLayout.HeaderOf("a", 0);
            damage(header);
            using TempFolder folder = new();
            File.WriteAllBytes(folder["x.tar"], [.. header, .. new byte[1024]]);
            using SafeFileHandle file = File.OpenHandle(folder["x.tar"]);
            InvalidDataException e = Assert.ThrowsExactly<InvalidDataException>(() => _ = TarIndex.Read(file).ToArray());
            Assert.Contains(why, e.Message);
        }

        static void Retype(byte[] header, char type)
        {
            header[156] = (byte)type;
            Sum(header);
        }

        static void Resize(byte[] header, string size)
        {
            Encoding.ASCII.GetBytes(size).CopyTo(header, 124);
            Sum(header);
        }

        static void Sum(byte[] header)
        {
            "        "u8.CopyTo(header.AsSpan(148));
            int sum = header.Sum(b => b);
            Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
        }
    }
}
