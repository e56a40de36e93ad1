using System.Net;
using System.Net.Sockets;

namespace Airgap.Oci.Wire;

/// <summary>
/// Looks up the addresses of hosts. Connections that are opened at once share one lookup: the runtime carries out lookups of one name one
/// after the other, so that the last of many connections would wait for all of them. Go shares them, too. Thread-safe.
/// </summary>
/// <param name="find">Looks up one host.</param>
internal sealed class HostLookups(Func<string, Task<IPAddress[]>> find)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Task<IPAddress[]>> _running = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The lookups of the process, by the system.</summary>
    public static HostLookups OfSystem { get; } = new(host => Dns.GetHostAddressesAsync(host));

    /// <summary>Looks up a host, or joins the lookup that is running. Results are not kept.</summary>
    /// <param name="host">The name.</param>
    /// <param name="cancellationToken">Ends this wait; the lookup continues for others.</param>
    /// <exception cref="SocketException">The lookup failed.</exception>
    public Task<IPAddress[]> FindAsync(string host, CancellationToken cancellationToken)
    {
        Task<IPAddress[]>? lookup;
        lock (_lock)
        {
            if (!_running.TryGetValue(host, out lookup))
            {
                lookup = Task.Run(() => find(host), CancellationToken.None);
                _running.Add(host, lookup);
                _ = lookup.ContinueWith(ended => End(host, ended), CancellationToken.None, TaskContinuationOptions.None,
                    TaskScheduler.Default);
            }
        }

        return lookup.WaitAsync(cancellationToken);
    }

    private void End(string host, Task lookup)
    {
        // Observed: everyone may have stopped waiting.
        _ = lookup.Exception;
        lock (_lock)
            _running.Remove(host);
    }
}
