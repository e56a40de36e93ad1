using System.Net;
using System.Net.Sockets;

namespace Airgap.TestKit.Faults;

/// <summary>
/// A proxy that breaks connections below HTTP, at any byte, which a fault inside a web server cannot. Each connection
/// has its own limit of bytes, in either direction.
/// </summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly IPEndPoint _server;
    private readonly Func<int, (long Up, long Down)> _life;
    private readonly Task _loop;
    private readonly List<(bool IsUp, long Bytes, TaskCompletionSource Reached)> _awaited = [];
    private long _up;
    private long _down;
    private int _connections;
    private int _cuts;

    /// <summary>Starts it.</summary>
    /// <param name="server">The server behind the proxy, on loopback.</param>
    /// <param name="life">From a connection's number, counted from 0, to the bytes it may pass on to the server and back; long.MaxValue for
    /// all.</param>
    public CuttingProxy(Uri server, Func<int, (long Up, long Down)> life)
    {
        _server = new IPEndPoint(IPAddress.Loopback, server.Port);
        _life = life;
        _listener.Start();
        _loop = AcceptAsync();
    }

    /// <summary>Such as <c>127.0.0.1:41234</c>.</summary>
    public string Host => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Connections that were cut.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Bytes passed on to the server, including request headers.</summary>
    public long BytesUp => Interlocked.Read(ref _up);

    /// <summary>Bytes passed back from the server, including response headers.</summary>
    public long BytesDown => Interlocked.Read(ref _down);

    /// <summary>Completes when so many bytes in all have been passed on to the server.</summary>
    public Task WhenUp(long bytes) => When(isUp: true, bytes);

    /// <summary>Completes when so many bytes in all have been passed back from the server.</summary>
    public Task WhenDown(long bytes) => When(isUp: false, bytes);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _loop;
        _end.Dispose();
    }

    private Task When(bool isUp, long bytes)
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_awaited)
            _awaited.Add((isUp, bytes, reached));
        Count(isUp, 0);
        return reached.Task;
    }

    private void Count(bool isUp, int passed)
    {
        long total = Interlocked.Add(ref isUp ? ref _up : ref _down, passed);
        lock (_awaited)
        {
            foreach ((_, _, TaskCompletionSource reached) in _awaited.Where(one => one.IsUp == isUp && one.Bytes <= total))
                reached.TrySetResult();
            _awaited.RemoveAll(one => one.Reached.Task.IsCompleted);
        }
    }

    private async Task AcceptAsync()
    {
        List<Task> running = [];
        while (!_end.IsCancellationRequested)
        {
            try
            {
                Socket client = await _listener.AcceptSocketAsync(_end.Token);
                running.Add(ServeAsync(client, _life(_connections++)));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        await Task.WhenAll(running);
    }

    private async Task ServeAsync(Socket client, (long Up, long Down) life)
    {
        using (client)
        using (Socket server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true })
        using (CancellationTokenSource cut = CancellationTokenSource.CreateLinkedTokenSource(_end.Token))
        {
            try
            {
                client.NoDelay = true;
                await server.ConnectAsync(_server, cut.Token);
                await Task.WhenAll(
                    PassAsync(client, server, life.Up, count => Count(isUp: true, count), cut),
                    PassAsync(server, client, life.Down, count => Count(isUp: false, count), cut));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // One end has disconnected; the other is disconnected too.
            }
        }
    }

    private async Task PassAsync(Socket from, Socket to, long left, Action<int> passed, CancellationTokenSource cut)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                if (left == 0)
                {
                    Interlocked.Increment(ref _cuts);
                    return;
                }

                int read = await from.ReceiveAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cut.Token);
                if (read == 0)
                    return;
                await to.SendAsync(buffer.AsMemory(0, read), cut.Token);
                passed(read);
                left -= read;
            }
        }
        finally
        {
            await cut.CancelAsync();
        }
    }
}
