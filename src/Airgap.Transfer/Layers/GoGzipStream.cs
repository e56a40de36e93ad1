using System.Buffers.Binary;
using System.IO.Hashing;
using Airgap.Oci.Files;
using Airgap.Transfer.Layers.Deflate;

namespace Airgap.Transfer.Layers;

/// <summary>
/// Gzip with exactly the bytes of Go's <c>compress/gzip</c> at its fastest level, as in imgpkg's layers, so that the
/// same folder has the same digest with both tools. The result depends only on the content, not on the individual
/// writes.
/// </summary>
/// <remarks>
/// The stream is complete only after <see cref="Complete"/> or <see cref="CompleteAsync"/>; disposing without it leaves
/// it truncated, so that a failure never looks like shorter content. The output stream stays open. Formats: RFC 1951
/// and RFC 1952.
/// </remarks>
internal sealed class GoGzipStream : WriteOnlyStream
{
    // No name, no time, extra flags "fastest", system unknown.
    private static readonly byte[] s_header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255];

    private readonly Stream _output;
    private readonly GoDeflater _deflater = new();
    private bool _hasHeader;
    private bool _isComplete;
    private bool _isDisposed;
    private readonly Crc32 _crc = new();
    private uint _length;

    /// <summary>Makes a stream over another.</summary>
    /// <param name="output">Takes the compressed bytes.</param>
    public GoGzipStream(Stream output) => _output = output;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ThrowIfClosed();
        WriteHeader();
        while (Take(ref buffer))
            _output.Write(_deflater.Output.Span);
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        await WriteHeaderAsync(cancellationToken);
        while (Take(ref buffer))
            await _output.WriteAsync(_deflater.Output, cancellationToken);
    }

    /// <summary>Writes the compressed bytes to the output; the current piece waits until it is full.</summary>
    public override void Flush() => _output.Flush();

    /// <inheritdoc cref="Flush"/>
    public override Task FlushAsync(CancellationToken cancellationToken) => _output.FlushAsync(cancellationToken);

    /// <summary>Writes the remaining content and the trailer. Nothing can be written afterwards.</summary>
    public void Complete()
    {
        ThrowIfClosed();
        WriteHeader();
        _deflater.Finish();
        _isComplete = true;
        _output.Write(_deflater.Output.Span);
        _output.Write(Trailer());
    }

    /// <inheritdoc cref="Complete"/>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        await WriteHeaderAsync(cancellationToken);
        _deflater.Finish();
        _isComplete = true;
        await _output.WriteAsync(_deflater.Output, cancellationToken);
        await _output.WriteAsync(Trailer(), cancellationToken);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _deflater.Dispose();
        }

        base.Dispose(disposing);
    }

    // True when a block is ready to be written; the remaining bytes follow.
    private bool Take(ref ReadOnlySpan<byte> buffer)
    {
        int taken = _deflater.Fill(buffer);
        _crc.Append(buffer[..taken]);
        _length += (uint)taken;
        buffer = buffer[taken..];
        if (!_deflater.IsFull)
            return false;
        _deflater.Encode();
        return true;
    }

    private bool Take(ref ReadOnlyMemory<byte> buffer)
    {
        ReadOnlySpan<byte> span = buffer.Span;
        bool isReady = Take(ref span);
        buffer = buffer[^span.Length..];
        return isReady;
    }

    private void WriteHeader()
    {
        if (_hasHeader)
            return;
        _hasHeader = true;
        _output.Write(s_header);
    }

    private async ValueTask WriteHeaderAsync(CancellationToken cancellationToken)
    {
        if (_hasHeader)
            return;
        _hasHeader = true;
        await _output.WriteAsync(s_header, cancellationToken);
    }

    private byte[] Trailer()
    {
        byte[] trailer = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, _crc.GetCurrentHashAsUInt32());
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(4), _length);
        return trailer;
    }

    private void ThrowIfClosed()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_isComplete)
            throw new InvalidOperationException("The gzip stream is complete.");
    }
}
