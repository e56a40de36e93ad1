using System.Buffers;

namespace Airgap.Oci.Wire;

/// <summary>Reads small bodies: manifests, lists, tokens. Blobs are streamed.</summary>
internal static class BodyReader
{
    /// <summary>Reads a body to its end.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ResponseTooLarge"/>: more bytes than <paramref name="limit"/>.</exception>
    /// <exception cref="TransientException">The connection broke or stalled.</exception>
    public static async Task<byte[]> ReadAsync(
        Exchange exchange, HttpResponseMessage response, int limit, WireRequest wire, RegistryOptions options,
        CancellationToken cancellationToken, ByteBucket? rate = null)
    {
        if (response.Content.Headers.ContentLength > limit)
            throw TooLarge(wire, limit);
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(limit + 1L, (response.Content.Headers.ContentLength ?? 16 * 1024) + 1));
        using Watchdog watchdog = new(options.TimeProvider, options.StallLimit, cancellationToken);
        try
        {
            Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
            int length = 0;
            while (true)
            {
                watchdog.Start();
                int read = await body.ReadAsync(buffer.AsMemory(length, ByteBucket.SliceOf(rate, buffer.Length - length)), watchdog.Token);
                if (read == 0)
                    return buffer.AsSpan(0, length).ToArray();
                if (rate is not null)
                {
                    watchdog.Stop();
                    await rate.PayAsync(read, cancellationToken);
                }

                length += read;
                if (length > limit)
                    throw TooLarge(wire, limit);
                if (length == buffer.Length)
                    Grow(ref buffer);
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw watchdog.Fired
                ? NetworkFailures.Stall(wire.Method, wire.Uri, wire.Operation, watchdog.Limit)
                : exchange.Explain(e, wire.Method, wire.Uri, wire.Operation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Grow(ref byte[] buffer)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    private static AirgapException TooLarge(WireRequest wire, int limit) => wire.Operation.Failed(
        ErrorCode.ResponseTooLarge,
        $"{wire.Method} {Redaction.Url(wire.Uri)}: the response has more than {limit} bytes",
        "Check which server answers at this address; no manifest is that large.");
}
