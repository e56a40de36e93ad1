using Airgap.Oci.Files;

namespace Airgap.Transfer.Files;

/// <summary>
/// A file that is read and passed on, to a registry for one. A disk that fails on the way has the file's name and code: who reads a stream
/// takes its exceptions for those of a network.
/// </summary>
/// <param name="file">Stands where reading begins; disposed with this stream.</param>
/// <param name="path">What a failure calls it.</param>
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

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await file.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }
}
