using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Airgap.TestKit.Network;

/// <summary>
/// A latency before a server on the loopback: bytes pass unchanged, each after half a round trip in each direction; a new connection takes
/// one more round trip before its first byte passes, like the handshake of a real one. Counts the connections.
/// </summary>
public sealed class LatencyProxy : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>The number of buffers in transit in each direction: the capacity of a long line.</summary>
    private const int InFlight = 64;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private readonly int _target;
    private readonly TimeSpan _roundTrip;
    private readonly double _bytesPerSecond;
    private readonly double _connectionBytesPerSecond;
    private readonly Lock _pacing = new();
    private readonly Task _accepting;
    private long _free;
    private int _count;
    private long _received;

    private LatencyProxy(int target, TimeSpan roundTrip, double bytesPerSecond, double connectionBytesPerSecond)
    {
        _connectionBytesPerSecond = connectionBytesPerSecond;
        _target = target;
        _roundTrip = roundTrip;
        _bytesPerSecond = bytesPerSecond;
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    /// <summary>The port it listens on.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Such as <c>127.0.0.1:41234</c>.</summary>
    public string Host => $"127.0.0.1:{Port}";

    /// <summary>Connections made so far.</summary>
    public int Connections => Volatile.Read(ref _count);

    /// <summary>
    /// Bytes of responses that arrived over the line so far, without those that the server sent but the line has not yet delivered.
    /// </summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Puts a latency before a server.</summary>
    /// <param name="targetPort">The server's port on the loopback.</param>
    /// <param name="roundTrip">The duration of a request without work, there and back.</param>
    /// <param name="bytesPerSecond">The maximum rate over all connections and both directions together.</param>
    /// <param name="connectionBytesPerSecond">The maximum rate of one connection each way: its window divided by the round trip.</param>
    public static LatencyProxy Start(
        int targetPort, TimeSpan roundTrip, double bytesPerSecond = double.PositiveInfinity,
        double connectionBytesPerSecond = double.PositiveInfinity) =>
        new(targetPort, roundTrip, bytesPerSecond, connectionBytesPerSecond);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _count);
                Task connection = ServeAsync(client);
                _connections.TryAdd(connection, true);
                _ = connection.ContinueWith(done => _connections.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        // Started here, so that data that the client sends at once waits only for the handshake.
        long open = Stopwatch.GetTimestamp() + Ticks(_roundTrip);
        using Socket server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            try
            {
                client.NoDelay = true;
                await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                await Task.WhenAll(PassAsync(client, server, open, isAnswer: false), PassAsync(server, client, open, isAnswer: true));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // One side has disconnected, and the other has to notice.
            }
        }
    }

    private async Task PassAsync(Socket from, Socket to, long open, bool isAnswer)
    {
        Channel<(byte[] Buffer, int Count, long Due)> line = Channel.CreateBounded<(byte[], int, long)>(InFlight);
        Task delivering = DeliverAsync(line.Reader, to);
        long free = 0;
        try
        {
            while (true)
            {
                byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
                int count = await from.ReceiveAsync(buffer, _stop.Token);
                if (isAnswer)
                    Interlocked.Add(ref _received, count);
                long arrived = Math.Max(Stopwatch.GetTimestamp(), open);
                free = Math.Max(free, arrived) + (long)(count / _connectionBytesPerSecond * Stopwatch.Frequency);
                long passed = Math.Max(Pass(count, arrived), free);
                await line.Writer.WriteAsync((buffer, count, passed + (Ticks(_roundTrip) / 2)), _stop.Token);
                if (count == 0)
                    break;
            }
        }
        catch (SocketException)
        {
            // A reset is passed on as a reset, immediately: no test measures failures.
            to.Close(timeout: 0);
        }
        finally
        {
            line.Writer.TryComplete();
        }

        await delivering;
    }

    private async Task DeliverAsync(ChannelReader<(byte[] Buffer, int Count, long Due)> line, Socket to)
    {
        await foreach ((byte[] buffer, int count, long due) in line.ReadAllAsync(_stop.Token))
        {
            TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (left > TimeSpan.Zero)
                await Task.Delay(left, _stop.Token);
            if (count == 0)
                to.Shutdown(SocketShutdown.Send);
            for (int sent = 0; sent < count;)
                sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _stop.Token);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // The time at which bytes that enter the line now leave it: after the bytes before them.
    private long Pass(int count, long from)
    {
        lock (_pacing)
            return _free = Math.Max(_free, from) + (long)(count / _bytesPerSecond * Stopwatch.Frequency);
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
