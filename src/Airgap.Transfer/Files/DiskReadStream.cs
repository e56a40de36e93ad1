using Airgap.Oci.Files;

namespace Airgap.Transfer.Files;

/// <summary>
/// A file that is read and sent on, for example to a registry. A disk failure is reported with the file's name and
/// code, because the reader of a stream would mistake its exceptions for network failures.
/// </summary>
/// <param name="file">The file, positioned where reading begins; disposed with this stream.</param>
/// <param name="path">Its name in failures.</param>
internal sealed class DiskReadStream(Stream file, string path) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return file.Read(buffer);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    // Reads on the caller's thread. The runtime's asynchronous file read is the same read on a pool thread: it costs two thread switches,
    // and leaves the bytes in another core's cache than the one that hashes and sends them.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new(Read(buffer.Span));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }
}
