using Airgap.Oci.Files;

namespace Airgap.Transfer.Sharing;

/// <summary>One reader of a blob that is being downloaded.</summary>
/// <param name="download">The blob.</param>
/// <param name="offset">Where to begin.</param>
/// <param name="length">The blob's length; a reader at the end no longer needs it.</param>
internal sealed class SharedStream(SharedDownload download, long offset, long length) : ReadOnlyStream
{
    private long _position = offset;
    private bool _isClosed;

    public override int Read(Span<byte> buffer) => ReadByWaiting(buffer);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await download.ReadAsync(_position, buffer, cancellationToken);
        _position += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isClosed)
        {
            _isClosed = true;
            download.Close(isFinished: _position >= length);
        }

        base.Dispose(disposing);
    }
}
