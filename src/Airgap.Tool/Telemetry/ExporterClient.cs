using System.Diagnostics.Metrics;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Airgap.Oci.Wire;

namespace Airgap.Tool.Telemetry;

/// <summary>
/// The HTTP client of the exporter. It counts its requests to no meter that is exported: the metrics of a run are those of its registries.
/// </summary>
internal static class ExporterClient
{
    /// <summary>Makes a client with the certificates of the environment.</summary>
    /// <param name="timeout">The longest time of a request.</param>
    /// <param name="variable">Returns an environment variable's value, or null.</param>
    /// <exception cref="Airgap.Oci.AirgapException">A certificate of an authority cannot be used.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The client's certificate cannot be used.</exception>
    /// <exception cref="IOException">The client's certificate cannot be read.</exception>
    public static HttpClient Create(TimeSpan timeout, Func<string, string?> variable)
    {
        SocketsHttpHandler handler = new() { MeterFactory = new Uncounted() };
        if (Value("CERTIFICATE") is { } authorities)
            handler.SslOptions = new TlsTrust(new RegistryOptions { CaCertificatePaths = [authorities] }).CreateOptions();
        if (Value("CLIENT_CERTIFICATE") is { } certificate)
            handler.SslOptions.ClientCertificateContext = Read(certificate, Value("CLIENT_KEY"));
        return new HttpClient(handler) { Timeout = timeout };

        string? Value(string setting) => OtlpSettings.Value(setting, variable);
    }

    // With the issuers that the file contains: a collector may know only their root.
    private static SslStreamCertificateContext Read(string certificate, string? key)
    {
        X509Certificate2 pair = X509Certificate2.CreateFromPemFile(certificate, key);
        X509Certificate2Collection all = [];
        all.ImportFromPemFile(certificate);
        // Windows identifies only with keys of its store.
        if (OperatingSystem.IsWindows())
            pair = X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
        return SslStreamCertificateContext.Create(pair, [.. all.Skip(1)], offline: true);
    }

    // The runtime asks for the meter System.Net.Http, which is exported.
    private sealed class Uncounted : IMeterFactory
    {
        private readonly Meter _meter = new("Airgap.Tool.Exporter");

        public Meter Create(MeterOptions options) => _meter;

        public void Dispose() => _meter.Dispose();
    }
}
