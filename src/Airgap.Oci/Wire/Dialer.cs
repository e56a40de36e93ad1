using System.Net;
using System.Net.Sockets;

namespace Airgap.Oci.Wire;

/// <summary>
/// Connects to the first of a host's addresses that answers. The runtime tries one after the other and waits for the
/// first to time out, so that a network that drops IPv6 silently uses up the whole time limit; Go does the same as this
/// class.
/// </summary>
/// <remarks>Source: RFC 8305, sections 4 and 5.</remarks>
internal static class Dialer
{
    /// <summary>How long to wait for one address before the next is tried concurrently.</summary>
    private static readonly TimeSpan s_head = TimeSpan.FromMilliseconds(250);

    /// <summary>Connects.</summary>
    /// <param name="addresses">The addresses, in the system's order of preference; not empty.</param>
    /// <param name="port">The port.</param>
    /// <param name="connect">Connects to one address.</param>
    /// <param name="clock">The clock of the waits between them.</param>
    /// <param name="cancellationToken">Cancels all attempts.</param>
    /// <exception cref="SocketException">All addresses failed; this is the failure of the first.</exception>
    public static async Task<Socket> ConnectAsync(
        IReadOnlyList<IPAddress> addresses, int port, Func<IPEndPoint, CancellationToken, Task<Socket>> connect, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        using CancellationTokenSource won = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Queue<IPAddress> left = new(Interleave(addresses));
        List<Task<Socket>> running = [];
        SocketException? first = null;
        try
        {
            while (true)
            {
                if (left.TryDequeue(out IPAddress? address))
                    running.Add(connect(new IPEndPoint(address, port), won.Token));
                if (running.Count == 0)
                    throw first!;
                Task pause = left.Count > 0 ? Task.Delay(s_head, clock, won.Token) : Task.Delay(Timeout.Infinite, won.Token);
                Task done = await Task.WhenAny([.. running, pause]);
                cancellationToken.ThrowIfCancellationRequested();
                if (done is not Task<Socket> ended)
                    continue;
                running.Remove(ended);
                try
                {
                    return await ended;
                }
                catch (SocketException e)
                {
                    first ??= e;
                }
            }
        }
        finally
        {
            // The second connection is not needed.
            await won.CancelAsync();
            foreach (Task<Socket> late in running)
                _ = late.ContinueWith(static task => task.Result.Dispose(), CancellationToken.None,
                    TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        }
    }

    /// <summary>Alternates the address families, so that a dead one delays nothing.</summary>
    public static IEnumerable<IPAddress> Interleave(IEnumerable<IPAddress> addresses) => addresses
        .GroupBy(address => address.AddressFamily)
        .SelectMany(family => family.Select((address, turn) => (Address: address, Turn: turn)))
        .OrderBy(one => one.Turn)
        .Select(one => one.Address);
}
