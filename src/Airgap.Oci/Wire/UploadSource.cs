using Airgap.Oci.Content;

namespace Airgap.Oci.Wire;

/// <summary>
/// The bytes of a blob in upload, read once from front to back unless a part has to be sent again. Its owner disposes it after the upload.
/// </summary>
internal sealed class UploadSource(IBlobContent content) : IAsyncDisposable
{
    private Stream? _stream;
    private long _position;

    public long Size => content.Descriptor.Size;

    /// <summary>
    /// Moves to an offset: without cost if the last read ended there, else by opening the content again.
    /// </summary>
    public async Task MoveToAsync(long offset, CancellationToken cancellationToken)
    {
        if (_stream is not null && _position == offset)
            return;
        await DisposeAsync();
        _stream = await content.OpenAsync(offset, cancellationToken);
        _position = offset;
    }

    /// <summary>
    /// Reads up to the blob's size. Before it returns the last bytes, it has read the content to its end, because some
    /// contents verify only there: the last bytes of a bad blob are never sent, so its upload never completes.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.SizeMismatch"/>, and the content's own failures.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        long left = Size - _position;
        int read = left == 0 ? 0 : await _stream!.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], cancellationToken);
        if (read == 0 && left > 0)
            throw WrongSize($"ends after {_position} bytes");
        _position += read;
        if (_position == Size && await _stream!.ReadAsync(new byte[1], cancellationToken) > 0)
            throw WrongSize("continues after that");
        return read;
    }

    public async ValueTask DisposeAsync()
    {
        if (_stream is { } stream)
        {
            _stream = null;
            await stream.DisposeAsync();
        }
    }

    private AirgapException WrongSize(string what) => new(
        ErrorCode.SizeMismatch,
        $"The blob {content.Descriptor.Digest} should have {Size} bytes but {what}.",
        "Fetch or push the image again; the stored bytes are not those that its manifest names.")
    { Digest = content.Descriptor.Digest.ToString() };
}
