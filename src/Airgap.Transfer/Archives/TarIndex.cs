using System.Buffers.Binary;
using System.Text;
using Airgap.Transfer.Files;
using Airgap.Transfer.Layers;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Archives;

/// <summary>
/// Finds the entries of a tar by reading only its headers: one small read per entry, independent of the layers' sizes.
/// Only entries of imgpkg archives are accepted: regular files, with PAX sizes and, for digests too long for the
/// header, PAX names.
/// </summary>
internal static class TarIndex
{
    private const int MaxPaxBytes = 64 * 1024;

    /// <inheritdoc cref="Read(IRandomAccess, bool)"/>
    public static IEnumerable<ArchiveEntry> Read(SafeFileHandle file, bool onlyFiles = true) => Read(new OpenFileBytes(file), onlyFiles);

    /// <summary>Reads the headers from the start of the file to the two blocks of zeros at its end.</summary>
    /// <param name="file">The tar.</param>
    /// <param name="onlyFiles">False to return entries of every kind, to recognise the format.</param>
    /// <exception cref="InvalidDataException">Not a tar, truncated, or with entries that an imgpkg archive never has;
    /// the message is the end of a sentence.</exception>
    public static IEnumerable<ArchiveEntry> Read(IRandomAccess file, bool onlyFiles = true)
    {
        long length = file.Length;
        long offset = 0;
        byte[] block = new byte[TarHeader.BlockSize];
        long? paxSize = null;
        string? paxName = null;
        while (true)
        {
            if (offset + TarHeader.BlockSize > length)
                throw new InvalidDataException(
                    offset == 0 ? "it is too short for a tar" : $"it ends at byte {length} before the end of the archive");
            ReadExactly(file, block, offset);
            if (block.AsSpan().IndexOfAnyExcept((byte)0) < 0)
            {
                CheckEnd(file, block, offset + TarHeader.BlockSize, length);
                yield break;
            }

            (string name, long size, char type) = Parse(block, offset);
            offset += TarHeader.BlockSize;
            if (type == 'x')
            {
                if (size > MaxPaxBytes || offset + size > length)
                    throw new InvalidDataException($"the PAX header at byte {offset} is too long");
                byte[] body = new byte[size];
                ReadExactly(file, body, offset);
                (string? recordedName, long? recordedSize) = PaxRecords.Read(body);
                paxName = recordedName ?? paxName;
                paxSize = recordedSize ?? paxSize;
                offset += ArchiveLayout.Padded(size);
                continue;
            }

            // GNU's form of a long name.
            if (type == 'L' && !onlyFiles)
            {
                if (size > MaxPaxBytes || offset + size > length)
                    throw new InvalidDataException($"the long name at byte {offset} is too long");
                byte[] body = new byte[size];
                ReadExactly(file, body, offset);
                paxName = Text(body);
                offset += ArchiveLayout.Padded(size);
                continue;
            }

            name = paxName ?? name;
            paxName = null;
            if (onlyFiles && type is not ('0' or '\0'))
                throw new InvalidDataException($"the entry '{name}' is not a regular file");
            size = paxSize ?? size;
            paxSize = null;
            if (size > length - offset)
                throw new InvalidDataException($"it is truncated: '{name}' should have {size} bytes, but only {length - offset} are left");
            yield return new ArchiveEntry(name, offset, size, type);
            offset += ArchiveLayout.Padded(size);
        }
    }

    // A tar ends with two of them. A single one results from truncation or an overwritten block.
    private static void CheckEnd(IRandomAccess file, byte[] block, long offset, long length)
    {
        if (offset + TarHeader.BlockSize > length)
            throw new InvalidDataException($"it ends at byte {length} before the end of the archive");
        ReadExactly(file, block, offset);
        if (block.AsSpan().IndexOfAnyExcept((byte)0) >= 0)
            throw new InvalidDataException($"its end at byte {offset} is damaged");
    }

    private static (string Name, long Size, char Type) Parse(ReadOnlySpan<byte> header, long offset)
    {
        if (!header.Slice(257, 5).SequenceEqual("ustar"u8))
            throw new InvalidDataException(offset == 0 ? "it is not a tar" : $"there is no tar header at byte {offset}");
        long sum = 0;
        for (int i = 0; i < header.Length; i++)
            sum += i is >= 148 and < 156 ? (byte)' ' : header[i];
        if (Octal(header.Slice(148, 8)) != sum)
            throw new InvalidDataException($"the tar header at byte {offset} has a wrong checksum");
        long size = Size(header.Slice(124, 12));
        if (size < 0)
            throw new InvalidDataException($"the tar header at byte {offset} has no valid size");
        string name = Text(header[..100]);
        bool hasPrefix = header[262] == 0 && header[345] != 0;
        return (hasPrefix ? $"{Text(header.Slice(345, 155))}/{name}" : name, size, (char)header[156]);
    }

    // From 8 GiB on, GNU writes a number in base 256, marked by its highest bit.
    private static long Size(ReadOnlySpan<byte> field)
    {
        if (field[0] != 0x80)
            return Octal(field);
        return field[1..4].ContainsAnyExcept((byte)0) ? -1 : BinaryPrimitives.ReadInt64BigEndian(field[4..]);
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    private static long Octal(ReadOnlySpan<byte> field)
    {
        long value = 0;
        bool any = false;
        foreach (byte b in field)
        {
            if (b is (byte)' ' or 0)
            {
                if (any)
                    break;
                continue;
            }

            if (b is < (byte)'0' or > (byte)'7')
                return -1;
            value = (value << 3) | (uint)(b - '0');
            any = true;
        }

        return any ? value : -1;
    }

    private static void ReadExactly(IRandomAccess file, Span<byte> buffer, long offset)
    {
        while (!buffer.IsEmpty)
        {
            int read = file.Read(buffer, offset);
            if (read == 0)
                throw new InvalidDataException($"it ends at byte {offset}");
            buffer = buffer[read..];
            offset += read;
        }
    }
}
