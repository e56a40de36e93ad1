using System.Net.Http.Headers;
using System.Net.Security;

namespace Airgap.Cluster.Connecting;

/// <summary>
/// The connections to a cluster. A connection keeps the certificate that it was opened with, so those of a plugin's earlier certificate are
/// no longer used when the plugin supplies another one.
/// </summary>
/// <param name="target">The cluster.</param>
internal sealed class ClusterConnections(ClusterTarget target) : IDisposable
{
    private readonly Lock _lock = new();
    private SslStreamCertificateContext? _certificate = target.ClientCertificate?.Invoke();
    private Generation? _current;
    private Generation? _previous;

    /// <summary>The client of the latest certificate.</summary>
    public HttpClient Client
    {
        get
        {
            lock (_lock)
            {
                SslStreamCertificateContext? latest = target.ClientCertificate?.Invoke() ?? target.Plugin?.Certificate;
                if (_current is null || IsNew(latest))
                {
                    // Requests and watches on the previous connections go on; those before have long ended.
                    _previous?.Handler.Dispose();
                    _previous = _current;
                    _certificate = latest ?? _certificate;
                    _current = new Generation(target, _certificate);
                }

                return _current.Client;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _previous?.Dispose();
            _current?.Dispose();
        }
    }

    private bool IsNew(SslStreamCertificateContext? certificate) =>
        certificate is not null && certificate.TargetCertificate.Thumbprint != _certificate?.TargetCertificate.Thumbprint;

    private sealed class Generation : IDisposable
    {
        public Generation(ClusterTarget target, SslStreamCertificateContext? certificate)
        {
            Handler = ClusterHandler.Create(target, certificate);
            Client = new HttpClient(Handler) { BaseAddress = target.Server, Timeout = Timeout.InfiniteTimeSpan };
            Client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            Client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("dotnet-airgap", null));
        }

        public SocketsHttpHandler Handler { get; }

        public HttpClient Client { get; }

        public void Dispose() => Client.Dispose();
    }
}
