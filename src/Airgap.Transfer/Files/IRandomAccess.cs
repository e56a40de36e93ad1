using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Files;

/// <summary>Bytes that can be read at any place, by several readers at once.</summary>
internal interface IRandomAccess
{
    /// <summary>How many there are.</summary>
    long Length { get; }

    /// <summary>Reads bytes from an offset on: fewer than the buffer takes where a file ends, and 0 at the end of all.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    int Read(Span<byte> buffer, long offset);

    /// <inheritdoc cref="Read"/>
    ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken);
}

/// <summary>The bytes of one open file, which stays its opener's.</summary>
internal sealed class OpenFileBytes(SafeFileHandle file) : IRandomAccess
{
    public long Length => RandomAccess.GetLength(file);

    public int Read(Span<byte> buffer, long offset) => RandomAccess.Read(file, buffer, offset);

    public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken) =>
        RandomAccess.ReadAsync(file, buffer, offset, cancellationToken);
}
