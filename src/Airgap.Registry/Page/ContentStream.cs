using Airgap.Oci.Files;
using Airgap.Registry.Storage;

namespace Airgap.Registry.Page;

/// <summary>Stored content as a stream. Disposing it disposes the content.</summary>
internal sealed class ContentStream(StoredContent content) : ReadOnlyStream
{
    public override long Length => content.Length;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        int read = content.Read(buffer, Position);
        Position += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            content.Dispose();
        base.Dispose(disposing);
    }
}
