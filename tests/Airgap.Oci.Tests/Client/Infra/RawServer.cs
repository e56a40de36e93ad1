using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Airgap.Oci.Tests.Client.Infra;

/// <summary>A server on raw sockets, for what a web server cannot do: it responds to a request's headers and disconnects.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<string, string> _answer;
    private readonly Task _loop;

    /// <summary>Starts it.</summary>
    /// <param name="answer">Returns the whole response for a request line.</param>
    public RawServer(Func<string, string> answer)
    {
        _answer = answer;
        _listener.Start();
        _loop = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _loop;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                using Socket socket = await _listener.AcceptSocketAsync(_end.Token);
                await AnswerAsync(socket);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException or IOException)
            {
                // The client disconnected, or the test has ended.
            }
        }
    }

    private async Task AnswerAsync(Socket socket)
    {
        byte[] head = new byte[4096];
        int length = 0;
        while (length < head.Length)
        {
            int read = await socket.ReceiveAsync(head.AsMemory(length), _end.Token);
            length += read;
            if (read == 0 || head[0] == 0x16)
                return;
            if (Encoding.ASCII.GetString(head, 0, length).Contains("\r\n\r\n", StringComparison.Ordinal))
                break;
        }

        string line = Encoding.ASCII.GetString(head, 0, length).Split("\r\n")[0];
        await socket.SendAsync(Encoding.ASCII.GetBytes(_answer(line)), _end.Token);
        socket.Shutdown(SocketShutdown.Send);
    }
}
