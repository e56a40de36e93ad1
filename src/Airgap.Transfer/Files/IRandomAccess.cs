using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Files;

/// <summary>Bytes with random access, for several concurrent readers.</summary>
internal interface IRandomAccess
{
    /// <summary>Their number.</summary>
    long Length { get; }

    /// <summary>
    /// Reads bytes from an offset: fewer than the buffer's length where a file ends, and 0 at the end of everything.
    /// </summary>
    /// <exception cref="IOException">The disk failed.</exception>
    int Read(Span<byte> buffer, long offset);

    /// <inheritdoc cref="Read"/>
    ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken);
}

/// <summary>The bytes of one open file, which its opener still owns.</summary>
internal sealed class OpenFileBytes(SafeFileHandle file) : IRandomAccess
{
    public long Length => RandomAccess.GetLength(file);

    public int Read(Span<byte> buffer, long offset) => RandomAccess.Read(file, buffer, offset);

    public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken) =>
        RandomAccess.ReadAsync(file, buffer, offset, cancellationToken);
}
