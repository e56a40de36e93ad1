using System.Diagnostics;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>Reads of a blob's bodies, each within <see cref="RegistryOptions.StallLimit"/>.</summary>
internal sealed class WatchedReads(Transport transport, RegistryBlob blob) : IDisposable
{
    private readonly ByteBucket? _rate = transport.HostOf(blob.Repository).Incoming;
    private Watchdog? _watchdog;
    private CancellationToken _watched;

    /// <summary>The time spent waiting for bytes, without the waits for a rate limit.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Reads bytes of a body.</summary>
    /// <exception cref="TransientException">The connection broke, or was silent for longer than the limit.</exception>
    public async ValueTask<int> ReadAsync(BlobBody body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        Watchdog watchdog = Watch(cancellationToken);
        buffer = buffer[..ByteBucket.SliceOf(_rate, buffer.Length)];
        watchdog.Start();
        try
        {
            int read = await WaitAsync(body.Stream.ReadAsync(buffer, watchdog.Token));
            watchdog.Stop();
            if (_rate is not null)
                await _rate.PayAsync(read, cancellationToken);
            return read;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw watchdog.Fired
                ? NetworkFailures.Stall(HttpMethod.Get, body.Address, blob.Operation, watchdog.Limit)
                : transport.Exchange.Explain(e, HttpMethod.Get, body.Address, blob.Operation);
        }
    }

    public void Dispose() => _watchdog?.Dispose();

    private async ValueTask<int> WaitAsync(ValueTask<int> reading)
    {
        if (reading.IsCompleted)
            return await reading;
        long asked = Stopwatch.GetTimestamp();
        int read = await reading;
        Waited += Stopwatch.GetElapsedTime(asked);
        return read;
    }

    // One watchdog for all reads with the same token: callers use one token, so that a read allocates nothing.
    private Watchdog Watch(CancellationToken cancellationToken)
    {
        if (_watchdog is null || _watchdog.Fired || _watched != cancellationToken)
        {
            _watchdog?.Dispose();
            _watchdog = new Watchdog(transport.Options.TimeProvider, transport.Options.StallLimit, cancellationToken);
            _watched = cancellationToken;
        }

        return _watchdog;
    }
}
