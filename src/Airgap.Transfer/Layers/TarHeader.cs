using System.Globalization;
using System.Text;

namespace Airgap.Transfer.Layers;

/// <summary>
/// The header of one entry as written by Go's tar writer for imgpkg: USTAR if name, size and mode fit; PAX for a long
/// or non-ASCII name and from 8 GiB on; GNU for a mode that exceeds the octal field.
/// </summary>
/// <remarks>Source: POSIX.1-2017, pax, "ustar Interchange Format"; the choice of format is Go's rule.</remarks>
internal static class TarHeader
{
    /// <summary>Headers and contents are padded to this many bytes.</summary>
    public const int BlockSize = 512;

    private const int NameSize = 100;
    private const int PrefixSize = 155;
    private const long MaxOctalSize = 1L << 33;
    private const long MaxOctalMode = 1L << 21;

    /// <summary>Makes the header, with the preceding entries that its format needs.</summary>
    /// <param name="name">The path with <c>/</c> as separator, without one at its end.</param>
    /// <param name="isFolder">True for a folder, false for a file.</param>
    /// <param name="mode">The value of the mode field.</param>
    /// <param name="size">The content's length in bytes.</param>
    /// <returns>Whole blocks.</returns>
    public static byte[] Make(string name, bool isFolder, long mode, long size)
    {
        byte type = isFolder ? (byte)'5' : (byte)'0';
        byte[] path = Encoding.UTF8.GetBytes(name);
        if (mode >= MaxOctalMode)
            return MakeGnu(path, type, mode, size);
        if (size >= MaxOctalSize || !FitsUstar(path, out int split))
            return MakePax(name, type, mode, size);
        byte[] block = NewBlock(path.AsSpan(split == 0 ? 0 : split + 1), type, mode, size);
        path.AsSpan(0, split).CopyTo(block.AsSpan(345));
        return Seal(block, "ustar\000");
    }

    /// <summary>The zero bytes that fill the last block of a content.</summary>
    public static int Padding(long size) => (int)(-size & (BlockSize - 1));

    // The split is the last slash that leaves a prefix and a name of allowed lengths.
    private static bool FitsUstar(ReadOnlySpan<byte> path, out int split)
    {
        split = 0;
        if (path.ContainsAnyExceptInRange((byte)1, (byte)0x7F))
            return false;
        if (path.Length <= NameSize)
            return true;
        split = path[..Math.Min(path.Length, PrefixSize + 1)].LastIndexOf((byte)'/');
        return split > 0 && path.Length - split - 1 is > 0 and <= NameSize;
    }

    private static byte[] MakePax(string name, byte type, long mode, long size)
    {
        byte[] path = Encoding.UTF8.GetBytes(name);
        StringBuilder records = new();
        if (path.Length > NameSize || !Ascii.IsValid(name))
            AppendRecord(records, "path", name);
        if (size >= MaxOctalSize)
            AppendRecord(records, "size", size.ToString(CultureInfo.InvariantCulture));

        int slash = name.LastIndexOf('/');
        byte[] content = Encoding.UTF8.GetBytes(records.ToString());
        byte[] extraName = AsciiOf($"{name[..(slash + 1)]}PaxHeaders.0/{name[(slash + 1)..]}");
        byte[] extra = Seal(NewBlock(Truncate(extraName), (byte)'x', 0, content.Length, hasDevice: false), "ustar\000");
        byte[] header = Seal(NewBlock(AsciiOf(name), type, mode, size >= MaxOctalSize ? 0 : size), "ustar\000");
        return [.. extra, .. content, .. new byte[Padding(content.Length)], .. header];
    }

    private static byte[] MakeGnu(byte[] path, byte type, long mode, long size)
    {
        byte[] header = Seal(NewBlock(path, type, mode, size), "ustar  \0");
        if (path.Length <= NameSize)
            return header;
        byte[] longLink = Seal(NewBlock("././@LongLink"u8, (byte)'L', 0, path.Length + 1, hasDevice: false), "ustar  \0");
        return [.. longLink, .. path, .. new byte[1 + Padding(path.Length + 1)], .. header];
    }

    private static byte[] NewBlock(ReadOnlySpan<byte> name, byte type, long mode, long size, bool hasDevice = true)
    {
        byte[] block = new byte[BlockSize];
        name[..Math.Min(name.Length, NameSize)].CopyTo(block);

        // A truncated name must not end with a slash, or old readers mistake the entry for a folder.
        if (name.Length > NameSize && block[NameSize - 1] == '/')
            block.AsSpan(0, NameSize)[block.AsSpan(0, NameSize).TrimEnd((byte)'/').Length] = 0;
        Number(block.AsSpan(100, 8), mode);
        Number(block.AsSpan(108, 8), 0);
        Number(block.AsSpan(116, 8), 0);
        Number(block.AsSpan(124, 12), size);
        Number(block.AsSpan(136, 12), 0);
        block[156] = type;
        if (hasDevice)
        {
            Number(block.AsSpan(329, 8), 0);
            Number(block.AsSpan(337, 8), 0);
        }

        return block;
    }

    private static byte[] Seal(byte[] block, string magic)
    {
        Encoding.ASCII.GetBytes(magic, block.AsSpan(257));
        Span<byte> checksum = block.AsSpan(148, 8);
        checksum.Fill((byte)' ');
        int sum = 0;
        foreach (byte b in block)
            sum += b;
        Number(checksum[..7], sum);
        return block;
    }

    // Octal digits and a NUL; larger values are written in base 256, which only the GNU format supports.
    private static void Number(Span<byte> field, long value)
    {
        if (value < 1L << (3 * (field.Length - 1)))
        {
            field[^1] = 0;
            for (int i = field.Length - 2; i >= 0; i--, value >>= 3)
                field[i] = (byte)('0' + (value & 7));
            return;
        }

        for (int i = field.Length - 1; i >= 0; i--, value >>= 8)
            field[i] = (byte)value;
        field[0] |= 0x80;
    }

    // A record begins with its own length, including the length's digits.
    private static void AppendRecord(StringBuilder records, string key, string value)
    {
        int rest = Encoding.UTF8.GetByteCount(value) + key.Length + 3;
        int length = rest + Digits(rest);
        length = rest + Digits(length);
        records.Append(CultureInfo.InvariantCulture, $"{length} {key}={value}\n");

        static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;
    }

    private static byte[] AsciiOf(string name) => [.. Encoding.UTF8.GetBytes(name).Where(b => b is > 0 and < 0x80)];

    private static ReadOnlySpan<byte> Truncate(byte[] name) =>
        name.AsSpan(0, Math.Min(name.Length, NameSize)).TrimEnd((byte)'/');
}
