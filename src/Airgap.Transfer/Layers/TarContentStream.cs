using System.Buffers;
using Airgap.Oci.Files;

namespace Airgap.Transfer.Layers;

/// <summary>The content of one entry of a tar that is read from start to end.</summary>
internal sealed class TarContentStream : ReadOnlyStream
{
    private const int BufferSize = 64 * 1024;

    private readonly Stream _tar;
    private int _padding;

    /// <summary>Makes a stream over the following bytes.</summary>
    public TarContentStream(Stream tar, long length)
    {
        _tar = tar;
        Length = length;
        Left = length;
        _padding = TarHeader.Padding(length);
    }

    /// <summary>Bytes not read yet.</summary>
    public long Left { get; private set; }

    public override long Length { get; }

    public override long Position
    {
        get => Length - Left;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer) => buffer.IsEmpty || Left == 0 ? 0 : Count(_tar.Read(buffer[..Limit(buffer.Length)]));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty || Left == 0 ? 0 : Count(await _tar.ReadAsync(buffer[..Limit(buffer.Length)], cancellationToken));

    /// <summary>Skips the remaining bytes and the padding of the last block.</summary>
    public async ValueTask SkipAsync(CancellationToken cancellationToken)
    {
        if (Left == 0 && _padding == 0)
            return;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await ReadAsync(buffer, cancellationToken) > 0)
                continue;
            // A tar may end without padding.
            if (_padding > 0)
                await _tar.ReadAtLeastAsync(buffer.AsMemory(0, _padding), _padding, throwOnEndOfStream: false, cancellationToken);
            _padding = 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private int Limit(int count) => (int)Math.Min(count, Left);

    private int Count(int read)
    {
        if (read == 0)
            throw new EndOfStreamException();
        Left -= read;
        return read;
    }
}
