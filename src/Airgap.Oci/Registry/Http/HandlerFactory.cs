using System.Net;
using System.Net.Sockets;

namespace Airgap.Oci.Registry.Http;

/// <summary>Sets up the connections: what the runtime would do on its own (redirects, cookies, decompression) is off.</summary>
internal static class HandlerFactory
{
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidEnvironment"/>.</exception>
    public static HttpClient CreateClient(RegistryOptions options, TlsTrust trust)
    {
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = options.MapEndpoint is null,
            Proxy = EnvironmentProxy.Find(options.Environment),
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            MaxConnectionsPerServer = options.MaxConnectionsPerHost,
            EnableMultipleHttp2Connections = true,
            PreAuthenticate = false,
            SslOptions = trust.CreateOptions(),
            PlaintextStreamFilter = static (context, _) => ValueTask.FromResult(
                context.NegotiatedHttpVersion.Major == 1 ? new EarlyAnswers(context.PlaintextStream) : context.PlaintextStream),
        };
        if (options.MapEndpoint is { } map)
        {
            handler.ConnectCallback = async (context, cancellationToken) =>
            {
                (string host, int port) = map(context.DnsEndPoint.Host, context.DnsEndPoint.Port);
                Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }

        return new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
    }
}
