using Airgap.Transfer.Files;

namespace Airgap.Transfer.Transfers;

/// <summary>Determines how much of a zero-filled file was written.</summary>
internal static class WrittenBytes
{
    /// <summary>The number of bytes of an entry up to the last nonzero one.</summary>
    public static async Task<long> LengthAsync(
        IRandomAccess file, long offset, long size, byte[] buffer, CancellationToken cancellationToken)
    {
        // Most layers of an interrupted run were never started, and they may be long.
        if (size > buffer.Length && await LastAsync(file, offset, buffer, cancellationToken) == 0)
            return 0;
        for (long end = size; end > 0;)
        {
            long start = Math.Max(0, end - buffer.Length);
            long last = await LastAsync(file, offset + start, buffer.AsMemory(0, (int)(end - start)), cancellationToken);
            if (last > 0)
                return start + last;
            end = start;
        }

        return 0;
    }

    /// <summary>Reads a part; returns the number of bytes up to the last nonzero one.</summary>
    public static async ValueTask<long> LastAsync(IRandomAccess file, long offset, Memory<byte> part, CancellationToken cancellationToken)
    {
        int filled = await FillAsync(file, offset, part, cancellationToken);
        return part.Span[..filled].LastIndexOfAnyExcept((byte)0) + 1;
    }

    /// <summary>Reads a part; returns the number of its bytes in the file.</summary>
    public static async ValueTask<int> FillAsync(IRandomAccess file, long offset, Memory<byte> part, CancellationToken cancellationToken)
    {
        int filled = 0;
        while (filled < part.Length)
        {
            int read = await file.ReadAsync(part[filled..], offset + filled, cancellationToken);
            if (read == 0)
                break;
            filled += read;
        }

        return filled;
    }
}
