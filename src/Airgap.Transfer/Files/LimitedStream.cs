using Airgap.Oci.Files;

namespace Airgap.Transfer.Files;

/// <summary>A given number of bytes of another stream, which it owns.</summary>
internal class LimitedStream(Stream inner, long length) : ReadOnlyStream
{
    /// <summary>Bytes not read yet.</summary>
    protected long Remaining { get; private set; } = length;

    public override int Read(Span<byte> buffer) => Finish(buffer, inner.Read(buffer[..Limit(buffer.Length)]));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer[..Limit(buffer.Length)], cancellationToken);
        return Finish(buffer.Span, read);
    }

    /// <summary>Called with the bytes of each read before they are returned; empty at an early end.</summary>
    protected virtual void OnRead(ReadOnlySpan<byte> bytes)
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private int Limit(int count) => (int)Math.Min(count, Remaining);

    private int Finish(Span<byte> buffer, int read)
    {
        Remaining -= read;
        if (read > 0 || (buffer.Length > 0 && Remaining > 0))
            OnRead(buffer[..read]);
        return read;
    }
}
