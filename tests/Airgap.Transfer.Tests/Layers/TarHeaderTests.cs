using System.Formats.Tar;
using System.Text;
using Airgap.Transfer.Layers;
using CsCheck;

namespace Airgap.Transfer.Tests.Layers;

[TestClass]
public sealed class TarHeaderTests
{
    private static readonly string[] s_pieces =
        ["a", "bc", "/", "x/y", "é", "😀", "long-name-of-a-file-", "0123456789012345678901234567890123456789"];

    [TestMethod]
    public void AUstarHeaderHasEveryFieldWritten()
    {
        byte[] header = TarHeader.Make("config/config.yml", isFolder: false, 0b110_000_000, 324);
        Assert.AreEqual(512, header.Length);
        Assert.AreEqual("config/config.yml\0", Text(header, 0, 18));
        Assert.AreEqual("0000600\00000000\00000000\000000000504\000000000000\0", Text(header, 100, 48));
        Assert.AreEqual("0", Text(header, 156, 1));
        Assert.AreEqual("ustar\000", Text(header, 257, 8));
        Assert.AreEqual("0000000\00000000\0", Text(header, 329, 16));
        byte[] blank = [.. header];
        blank.AsSpan(148, 8).Fill((byte)' ');
        Assert.AreEqual(Convert.ToString(blank.Sum(b => b), 8).PadLeft(6, '0') + "\0 ", Text(header, 148, 8));
    }

    [TestMethod]
    [DataRow(100, 99)]
    [DataRow(1, 100)]
    [DataRow(155, 100)]
    public void ALongNameIsSplitAtTheLastSlashThatFits(int prefix, int rest)
    {
        byte[] header = TarHeader.Make($"{new string('p', prefix)}/{new string('n', rest)}", false, 0, 0);
        Assert.AreEqual(512, header.Length);
        Assert.AreEqual(new string('n', rest), Text(header, 0, 100).TrimEnd('\0'));
        Assert.AreEqual(new string('p', prefix), Text(header, 345, 155).TrimEnd('\0'));
    }

    [TestMethod]
    public void OfSeveralSlashesTheLastIsTaken()
    {
        byte[] header = TarHeader.Make($"{new string('p', 60)}/{new string('q', 30)}/{new string('n', 30)}", false, 0, 0);
        Assert.AreEqual(new string('n', 30), Text(header, 0, 100).TrimEnd('\0'));
    }

    [TestMethod]
    [DataRow(156, 1)]
    [DataRow(1, 101)]
    public void ANameThatCannotBeSplit_GoesIntoARecord(int prefix, int rest)
    {
        string name = $"{new string('p', prefix)}/{new string('n', rest)}";
        byte[] header = TarHeader.Make(name, false, 0b110_000_000, 5);
        Assert.AreEqual(512 * 3, header.Length);
        Assert.AreEqual("x", Text(header, 156, 1));
        Assert.AreEqual(prefix == 1 ? "p/PaxHeaders.0/" + new string('n', 85) : new string('p', 100), Text(header, 0, 100));
        Assert.AreEqual(new string('\0', 16), Text(header, 329, 16), "the extra entry has no device fields");
        string record = $"path={name}\n";
        Assert.AreEqual($"{record.Length + 4} {record}", Text(header, 512, record.Length + 4));
        Assert.AreEqual(name[..100], Text(header, 1024, 100));
        Assert.AreEqual("0000000\0", Text(header, 1024 + 329, 8));
    }

    [TestMethod]
    public void NonAsciiCharactersAreDroppedFromBothHeaders()
    {
        byte[] header = TarHeader.Make("dör/fé", false, 0, 0);
        Assert.AreEqual("dr/PaxHeaders.0/f\0", Text(header, 0, 18));
        Assert.AreEqual("17 path=dör/fé\n", Encoding.UTF8.GetString(header, 512, 17));
        Assert.AreEqual("dr/f\0", Text(header, 1024, 5));
    }

    [TestMethod]
    public void EightGibibytesTakeARecord()
    {
        Assert.AreEqual(512, TarHeader.Make("a", false, 0, (1L << 33) - 1).Length);
        byte[] header = TarHeader.Make("a", false, 0, 1L << 33);
        Assert.AreEqual("PaxHeaders.0/a\0", Text(header, 0, 15));
        Assert.AreEqual("19 size=8589934592\n", Text(header, 512, 19));
        Assert.AreEqual("00000000000\0", Text(header, 1024 + 124, 12));
    }

    [TestMethod]
    public void AModeBeyondOctalMakesTheHeaderGnu()
    {
        string name = new('é', 60);
        byte[] header = TarHeader.Make(name, isFolder: true, (1L << 31) | 0b111_101_101, 0);
        Assert.AreEqual("././@LongLink\0", Text(header, 0, 14));
        Assert.AreEqual("L", Text(header, 156, 1));
        Assert.AreEqual("0000000\0", Text(header, 100, 8));
        Assert.AreEqual("00000000171\0", Text(header, 124, 12));
        Assert.AreEqual(name + "\0", Encoding.UTF8.GetString(header, 512, 121));
        Assert.AreEqual("5", Text(header, 1024 + 156, 1));
        Assert.AreEqual("ustar  \0", Text(header, 1024 + 257, 8));
    }

    [TestMethod]
    public void AnyNameIsReadBack() =>
        Gen.Select(Gen.Int[0, s_pieces.Length - 1].Select(i => s_pieces[i]).Array[1, 20].Select(string.Concat), Gen.Bool)
            .Sample((text, gnu) =>
        {
            string name = string.Join('/', text.Split('/', StringSplitOptions.RemoveEmptyEntries));
            if (name.Length == 0)
                return;
            byte[] tar = [.. TarHeader.Make(name, false, gnu ? 1L << 23 : 0b110_000_000, 3), .. new byte[512], .. new byte[1024]];
            using TarReader reader = new(new MemoryStream(tar));
            Assert.AreEqual(name, reader.GetNextEntry()!.Name);
            Assert.IsNull(reader.GetNextEntry());
        });

    [TestMethod]
    public void FileNamesAreOrderedByTheirBytes() =>
        Gen.Select(Gen.String, Gen.String).Where((a, b) => IsWellFormed(a) && IsWellFormed(b)).Sample((a, b) =>
        Assert.AreEqual(
            Math.Sign(Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b))),
            Math.Sign(Utf8Order.Instance.Compare(a, b))));

    private static bool IsWellFormed(string text) => text.EnumerateRunes().All(rune => rune.Value != 0xFFFD);

    private static string Text(byte[] bytes, int at, int count) => Encoding.Latin1.GetString(bytes, at, count);
}
