using Airgap.Oci.Files;

namespace Airgap.Oci.Wire;

/// <summary>
/// Reads a response that arrives before the request's body is sent. Servers refuse a large upload at once (401, 413)
/// and close the connection; the handler would report the broken write and drop the response that explains it. Here, a
/// broken write of an upload only ends the sending, and the handler continues with reading. HTTP/2 supports early
/// responses itself.
/// </summary>
/// <param name="inner">The connection.</param>
internal sealed class EarlyResponses(Stream inner) : UnseekableStream
{
    private static readonly AsyncLocal<Marker?> s_current = new();
    private bool _isBroken;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    /// <summary>Tolerates broken writes of the calling operation from now on.</summary>
    public static Marker Expect() => s_current.Value = new Marker();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isBroken)
            return;
        try
        {
            await inner.WriteAsync(buffer, cancellationToken);
        }
        catch (IOException) when (s_current.Value is { } marker)
        {
            // Nothing may follow the truncated body.
            _isBroken = true;
            marker.IsBroken = true;
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.ReadAsync(buffer, offset, count, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        _isBroken ? Task.CompletedTask : inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override void Flush() => inner.Flush();

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Notifies an upload that the connection no longer accepts its bytes.</summary>
    internal sealed class Marker
    {
        public bool IsBroken { get; set; }
    }
}
