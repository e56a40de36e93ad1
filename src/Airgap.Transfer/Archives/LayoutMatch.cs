using System.Buffers;
using Airgap.Transfer.Files;
using Airgap.Transfer.Layers;

namespace Airgap.Transfer.Archives;

/// <summary>Determines whether a file is the archive that a layout describes.</summary>
internal static class LayoutMatch
{
    /// <summary>
    /// True if a file of any length begins like an archive: the part before the layers determines all offsets. False if it cannot be read.
    /// </summary>
    public static async Task<bool> BeginsAsync(
        ArchiveLayout layout, IRandomAccess file, CancellationToken cancellationToken)
    {
        try
        {
            return await HasBeginningAsync(layout, file, cancellationToken);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<bool> HasBeginningAsync(
        ArchiveLayout layout, IRandomAccess file, CancellationToken cancellationToken)
    {
        long length = file.Length;
        long end = layout.HeadLength;
        long layersEnd = layout.Layers.IsEmpty ? end : layout.Layers[^1].DataOffset;
        foreach ((long offset, ReadOnlyMemory<byte> bytes) in layout.Pieces.TakeWhile(piece => piece.Offset < layersEnd))
        {
            // Omitted layers do not change a manifest, but shift all later entries.
            if (offset >= end && offset + bytes.Length > length)
                break;
            if (!await HasAsync(file, bytes, offset, cancellationToken))
                return false;
        }

        return true;
    }

    /// <summary>True when a file equals an archive, except possibly for its layers.</summary>
    public static async Task<bool> IsWholeAsync(
        ArchiveLayout layout, IRandomAccess file, CancellationToken cancellationToken)
    {
        foreach ((long offset, ReadOnlyMemory<byte> bytes) in layout.Pieces.Append(
            (layout.Length - (2 * TarHeader.BlockSize), new byte[2 * TarHeader.BlockSize])))
        {
            if (!await HasAsync(file, bytes, offset, cancellationToken))
                return false;
        }

        return true;
    }

    private static async Task<bool> HasAsync(
        IRandomAccess file, ReadOnlyMemory<byte> expected, long offset, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            for (int done = 0; done < expected.Length;)
            {
                int read = await file.ReadAsync(
                    buffer.AsMemory(0, Math.Min(buffer.Length, expected.Length - done)), offset + done, cancellationToken);
                if (read == 0 || !expected.Span.Slice(done, read).SequenceEqual(buffer.AsSpan(0, read)))
                    return false;
                done += read;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
