using System.Net;
using System.Net.Sockets;

namespace Airgap.Oci.Wire;

/// <summary>Sets up the connections. The runtime's own redirects, cookies and decompression are off.</summary>
internal static class HandlerFactory
{
    /// <param name="options">The settings.</param>
    /// <param name="trust">Verifies certificates.</param>
    /// <param name="proxy">The proxies; null for the system's settings.</param>
    public static HttpClient CreateClient(RegistryOptions options, TlsTrust trust, IWebProxy? proxy)
    {
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = options.MapEndpoint is null,
            Proxy = proxy,
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            MaxConnectionsPerServer = options.MaxConnectionsPerHost,
            EnableMultipleHttp2Connections = true,
            PreAuthenticate = false,
            ActivityHeadersPropagator = new SampledTraces(),
            SslOptions = trust.CreateOptions(),
            ConnectCallback = (context, cancellationToken) => ConnectAsync(options, context.DnsEndPoint, cancellationToken),
            PlaintextStreamFilter = static (context, _) => ValueTask.FromResult(
                context.NegotiatedHttpVersion.Major == 1 ? new EarlyResponses(context.PlaintextStream) : context.PlaintextStream),
        };
        return new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
    }

    private static async ValueTask<Stream> ConnectAsync(RegistryOptions options, DnsEndPoint endpoint, CancellationToken cancellationToken)
    {
        (string host, int port) = options.MapEndpoint?.Invoke(endpoint.Host, endpoint.Port) ?? (endpoint.Host, endpoint.Port);
        IPAddress[] addresses = IPAddress.TryParse(host, out IPAddress? literal)
            ? [literal] : await HostLookups.OfSystem.FindAsync(host, cancellationToken);
        if (addresses.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        Socket socket = await Dialer.ConnectAsync(addresses, port, ConnectAsync, options.TimeProvider, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        Socket socket = new(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // Keep-alive detects a peer that vanished while processing a large upload, and keeps the connection open in
            // firewalls.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            await socket.ConnectAsync(endpoint, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
