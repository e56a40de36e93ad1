using System.Text;

namespace Airgap.Transfer.Layers;

/// <summary>An entry of a layer's tar.</summary>
/// <param name="Name">Its name, as written.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Size">Length of its content, in bytes.</param>
/// <param name="Mode">Its permission bits, without setuid and the like.</param>
/// <param name="Content">Its content, until the next entry is read.</param>
internal sealed record LayerTarEntry(string Name, LayerTarKind Kind, long Size, UnixFileMode Mode, Stream Content);

/// <summary>The kinds of entries.</summary>
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
    /// <summary>Names and attributes are kept in memory; longer ones are treated as an attack.</summary>
    private const long MaxExtension = 1024 * 1024;

    private readonly byte[] _header = new byte[TarHeader.BlockSize];
    private TarContentStream? _content;

    /// <summary>Skips the rest of the current entry, and reads the next header.</summary>
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
            return new LayerTarEntry(
                name, KindOf(type, name), length, (UnixFileMode)(TarNumber.LowBits(_header.AsSpan(100, 8)) & 0b111_111_111), _content);
        }

        return null;
    }

    private static LayerTarKind KindOf(char type, string name) => type switch
    {
        '5' => LayerTarKind.Folder,
        '0' or '\0' or '7' => name.EndsWith('/') ? LayerTarKind.Folder : LayerTarKind.File,
        _ => LayerTarKind.Other,
    };

    // False at the end: a block of zeros, or no more bytes. An empty stream is not a valid tar: it is the result of a truncated compressed
    // one.
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
        return TarNumber.Parse(_header.AsSpan(148, 8)) == sum
            ? true : throw new InvalidDataException("The header of an entry has a wrong checksum.");
    }

    private async ValueTask<byte[]> ReadExtensionAsync(CancellationToken cancellationToken)
    {
        if (_content!.Left > MaxExtension)
            throw new InvalidDataException("The name or the attributes of an entry are too long.");
        byte[] bytes = new byte[_content.Left];
        await _content.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    // GNU's format has other fields at the position of POSIX's name prefix.
    private string HeaderName()
    {
        string name = Text(_header.AsSpan(0, 100));
        return _header.AsSpan(257, 6).SequenceEqual("ustar\0"u8) && Text(_header.AsSpan(345, 155)) is { Length: > 0 } prefix
            ? $"{prefix}/{name}" : name;
    }

    private static string Text(ReadOnlySpan<byte> field) =>
        Encoding.UTF8.GetString(field.IndexOf((byte)0) is >= 0 and int end ? field[..end] : field);
}
