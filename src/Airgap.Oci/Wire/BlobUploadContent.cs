using System.Buffers;
using System.Net;

namespace Airgap.Oci.Wire;

/// <summary>A blob, or a chunk of one, as the body of a request.</summary>
/// <param name="source">The bytes.</param>
/// <param name="offset">The first byte sent.</param>
/// <param name="length">The number of bytes to send, which is the Content-Length.</param>
/// <param name="progress">Receives the number of bytes sent.</param>
/// <param name="watchdog">Watches the registry, not the source, which has its own time limits, nor our own waits.</param>
/// <param name="rate">Limits the rate; null for no limit.</param>
internal sealed class BlobUploadContent(
    UploadSource source, long offset, long length, UploadProgress progress, Watchdog watchdog, ByteBucket? rate = null) : HttpContent
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>
    /// The reason why the bytes could not be read; null if they could. It is the cause of the request's own failure.
    /// </summary>
    public Exception? SourceFailure { get; private set; }

    /// <summary>True when the connection broke before the last byte: no response can mean that all bytes arrived.</summary>
    public bool IsCut { get; private set; }

    /// <summary>The number of bytes handed to the connection.</summary>
    public long Sent { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The handler sends a body again when a pooled connection turns out to be dead.
        progress.RewindTo(offset);
        IsCut = false;
        Sent = 0;
        EarlyResponses.Marker marker = EarlyResponses.Expect();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long left = length;
            bool first = true;
            while (left > 0 || first)
            {
                if (marker.IsBroken)
                {
                    left -= await PadAsync(stream, left, buffer, cancellationToken);
                    continue;
                }

                int most = ByteBucket.SliceOf(rate, (int)Math.Min(left, BufferBytes));
                int read = await ReadAsync(buffer.AsMemory(0, most), first, cancellationToken);
                first = false;
                if (rate is not null)
                    await rate.PayAsync(read, cancellationToken);
                watchdog.StartBody();
                if (read > 0)
                    await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                IsCut = marker.IsBroken;
                progress.Add(read);
                Sent += read;
                left -= read;
            }

            await stream.FlushAsync(cancellationToken);
            IsCut = marker.IsBroken;
            watchdog.Start();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long computed)
    {
        computed = length;
        return true;
    }

    // The handler requires the promised length before it reads the response; these bytes are discarded.
    private static async Task<int> PadAsync(Stream stream, long left, byte[] buffer, CancellationToken cancellationToken)
    {
        int count = (int)Math.Min(left, BufferBytes);
        await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        return count;
    }

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, bool first, CancellationToken cancellationToken)
    {
        watchdog.Stop();
        try
        {
            if (first)
                await source.MoveToAsync(offset, cancellationToken);
            return await source.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            SourceFailure = e;
            throw;
        }
    }
}
