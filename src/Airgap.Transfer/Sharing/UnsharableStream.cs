using Airgap.Oci.Files;

namespace Airgap.Transfer.Sharing;

/// <summary>A reader of a shared download that goes on by itself, from where it is, when the temporary file fails.</summary>
/// <param name="shared">The shared download.</param>
/// <param name="openAlone">Opens the source at an offset.</param>
/// <param name="offset">Where the reader begins.</param>
internal sealed class UnsharableStream(Stream shared, Func<long, CancellationToken, ValueTask<Stream>> openAlone, long offset)
    : ReadOnlyStream
{
    private Stream _stream = shared;
    private long _position = offset;

    public override int Read(Span<byte> buffer) => ReadByWaiting(buffer);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            read = await _stream.ReadAsync(buffer, cancellationToken);
        }
        catch (TemporaryFileException)
        {
            await _stream.DisposeAsync();
            _stream = await openAlone(_position, cancellationToken);
            read = await _stream.ReadAsync(buffer, cancellationToken);
        }

        _position += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _stream.Dispose();
        base.Dispose(disposing);
    }
}
