using System.Globalization;
using System.Text;

namespace Airgap.Transfer.Layers;

/// <summary>An entry of a layer's tar.</summary>
/// <param name="Name">Its name, as written.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Size">Length of its content, in bytes.</param>
/// <param name="Mode">Its permission bits; setuid and the like are left out.</param>
/// <param name="Content">Its content, until the next entry is read.</param>
internal sealed record LayerTarEntry(string Name, LayerTarKind Kind, long Size, UnixFileMode Mode, Stream Content);

/// <summary>What an entry is.</summary>
internal enum LayerTarKind
{
    /// <summary>A file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A link, device, pipe, or something unknown.</summary>
    Other,
}

/// <summary>
/// Reads the tar of a layer once, from the first to the last byte. The runtime's reader refuses the headers that imgpkg writes with
/// <c>--preserve-permissions</c>, whose modes have bits beyond 31.
/// </summary>
/// <remarks>Source: POSIX pax interchange format; GNU's base-256 numbers and long names.</remarks>
internal sealed class LayerTarReader(Stream tar)
{
    /// <summary>Names and attributes beyond this are an attack: they are held in memory.</summary>
    private const long MaxExtension = 1024 * 1024;

    private readonly byte[] _header = new byte[TarHeader.BlockSize];
    private TarContentStream? _content;

    /// <summary>Reads the next header, past what is left of the entry before.</summary>
    /// <returns>Null at the end.</returns>
    /// <exception cref="InvalidDataException">Not a tar, or one that is malformed.</exception>
    /// <exception cref="EndOfStreamException">The tar ends inside an entry.</exception>
    public async ValueTask<LayerTarEntry?> ReadNextAsync(CancellationToken cancellationToken)
    {
        string? name = null;
        long? size = null;
        while (await ReadHeaderAsync(cancellationToken))
        {
            char type = (char)_header[156];
            long length = type switch
            {
                >= '1' and <= '6' => 0,
                'x' or 'g' or 'L' or 'K' => TarNumber.Parse(_header.AsSpan(124, 12)),
                _ => size ?? TarNumber.Parse(_header.AsSpan(124, 12)),
            };
            _content = new TarContentStream(tar, length);
            switch (type)
            {
                case 'x':
                    (string? paxName, long? paxSize) = PaxRecords.Read(await ReadExtensionAsync(cancellationToken));
                    name = paxName ?? name;
                    size = paxSize ?? size;
                    continue;
                case 'L':
                    name = Text(await ReadExtensionAsync(cancellationToken));
                    continue;
                case 'K' or 'g':
                    continue;
                case 'S':
                    throw new InvalidDataException("Sparse files are not read.");
            }

            name ??= HeaderName();
            return new LayerTarEntry(name, KindOf(type, name), length, (UnixFileMode)(TarNumber.LowBits(_header.AsSpan(100, 8)) & 0b111_111_111), _content);
        }

        return null;
    }

    private static LayerTarKind KindOf(char type, string name) => type switch
    {
        '5' => LayerTarKind.Folder,
        '0' or '\0' or '7' => name.EndsWith('/') ? LayerTarKind.Folder : LayerTarKind.File,
        _ => LayerTarKind.Other,
    };

    // False at the end: a block of zeros, or nothing more. Nothing at all is no tar, but what is left of a compressed one that was cut.
    private async ValueTask<bool> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        if (_content is not null)
            await _content.SkipAsync(cancellationToken);
        int read = await tar.ReadAtLeastAsync(_header, _header.Length, throwOnEndOfStream: false, cancellationToken);
        if ((read == 0 && _content is not null) || (read == _header.Length && _header.AsSpan().IndexOfAnyExcept((byte)0) < 0))
            return false;
        if (read < _header.Length)
            throw new EndOfStreamException();
        long sum = 0;
        for (int i = 0; i < _header.Length; i++)
            sum += i is >= 148 and < 156 ? (byte)' ' : _header[i];
        return TarNumber.Parse(_header.AsSpan(148, 8)) == sum ? true : throw new InvalidDataException("The header of an entry has a wrong checksum.");
    }

    private async ValueTask<byte[]> ReadExtensionAsync(CancellationToken cancellationToken)
    {
        if (_content!.Left > MaxExtension)
            throw new InvalidDataException("The name or the attributes of an entry are too long.");
        byte[] bytes = new byte[_content.Left];
        await _content.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    // GNU's own format has other things where POSIX has the front of a long name.
    private string HeaderName()
    {
        string name = Text(_header.AsSpan(0, 100));
        return _header.AsSpan(257, 6).SequenceEqual("ustar\0"u8) && Text(_header.AsSpan(345, 155)) is { Length: > 0 } prefix ? $"{prefix}/{name}" : name;
    }

    private static string Text(ReadOnlySpan<byte> field) => Encoding.UTF8.GetString(field.IndexOf((byte)0) is >= 0 and int end ? field[..end] : field);
}

/// <summary>Numbers of tar headers: octal text, or big-endian where the first bit is set.</summary>
internal static class TarNumber
{
    /// <summary>Reads a number that must be 0 or more and fit 63 bits.</summary>
    public static long Parse(ReadOnlySpan<byte> field)
    {
        UInt128 value = 0;
        if ((field[0] & 0x80) != 0)
        {
            value = (uint)(field[0] & 0x7f);
            foreach (byte b in field[1..])
                value = (value << 8) | b;
        }
        else
        {
            foreach (byte b in field.Trim(" \0"u8))
                value = b is >= (byte)'0' and <= (byte)'7' ? (value << 3) | (uint)(b - '0') : throw new InvalidDataException("A header holds something that is no number.");
        }

        return value <= long.MaxValue ? (long)value : throw new InvalidDataException("A header holds a number that is too large.");
    }

    /// <summary>The low 15 bits of a number, whatever stands above them.</summary>
    public static int LowBits(ReadOnlySpan<byte> field) =>
        (field[0] & 0x80) != 0 ? ((field[^2] << 8) | field[^1]) & 0x7fff : (int)(Parse(field) & 0x7fff);
}

/// <summary>The attributes before an entry: records <c>LENGTH KEY=VALUE\n</c>.</summary>
internal static class PaxRecords
{
    /// <summary>Reads name and size, where they are given.</summary>
    public static (string? Name, long? Size) Read(ReadOnlySpan<byte> body)
    {
        string? name = null;
        long? size = null;
        while (!body.IsEmpty)
        {
            int space = body.IndexOf((byte)' ');
            if (space <= 0
                || !int.TryParse(body[..space], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length <= space + 1 || length > body.Length || body[length - 1] != '\n')
                throw new InvalidDataException("The attributes of an entry are malformed.");
            ReadOnlySpan<byte> record = body[(space + 1)..(length - 1)];
            if (record.StartsWith("GNU.sparse."u8))
                throw new InvalidDataException("Sparse files are not read.");
            if (record.StartsWith("path="u8))
                name = Encoding.UTF8.GetString(record[5..]);
            else if (record.StartsWith("size="u8))
                size = long.TryParse(record[5..], NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : throw new InvalidDataException("An entry has no valid size.");
            body = body[length..];
        }

        return (name, size);
    }
}
