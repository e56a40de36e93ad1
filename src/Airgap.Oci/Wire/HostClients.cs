using System.Collections.Concurrent;
using System.Net;

namespace Airgap.Oci.Wire;

/// <summary>
/// The connections. A host with its own certificates has its own connections, so that no other host sees our certificate, and its
/// authorities are trusted for no other host.
/// </summary>
internal sealed class HostClients : IDisposable
{
    /// <summary>The variable with the password of encrypted client keys.</summary>
    public const string PasswordVariable = "AIRGAP_CERTS_PASSWORD";

    private readonly RegistryOptions _options;
    private readonly IWebProxy? _proxy;
    private readonly RequestTrace _trace;
    private readonly HostClient _plain;
    private readonly CertificateFolders _folders;
    private readonly string? _password;
    private readonly ConcurrentDictionary<(string Authority, bool Identifies), Lazy<HostClient>> _byHost = new();

    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidCertificate"/>,
    /// <see cref="ErrorCode.InvalidHostCertificates"/>.</exception>
    public HostClients(RegistryOptions options, IWebProxy? proxy, RequestTrace trace)
    {
        _options = options;
        _proxy = proxy;
        _trace = trace;
        EnvironmentVariables environment = EnvironmentVariables.Capture(options.Environment);
        _folders = new CertificateFolders(options.HostCertificatesPath, environment);
        _password = environment.NonEmpty(PasswordVariable);
        _plain = Connect(null, identifies: false);
    }

    /// <summary>The connections to a host.</summary>
    /// <param name="uri">An address of the host.</param>
    /// <param name="identifies">False if another host redirected or referred to it: we do not identify ourselves then.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidHostCertificates"/>,
    /// <see cref="ErrorCode.InvalidCertificate"/>.</exception>
    public HostClient Of(Uri uri, bool identifies) => uri.Scheme != "https" ? _plain
        : _byHost.GetOrAdd((uri.Authority, identifies), key => new(() => Find(uri, key.Identifies))).Value;

    public void Dispose()
    {
        foreach (Lazy<HostClient> each in _byHost.Values)
        {
            if (each.IsValueCreated && each.Value != _plain)
                each.Value.Dispose();
        }

        _plain.Dispose();
    }

    private HostClient Find(Uri uri, bool identifies)
    {
        if (_folders.Find(uri) is not { } folder)
            return _plain;
        HostCertificates certificates = HostCertificates.Read(folder, _password);
        _trace.Note($"certificates for {uri.Authority}: {folder}" +
            (certificates.Identifies && !identifies ? ", authorities alone, since another host leads there" : ""));
        return Connect(certificates, identifies && certificates.Identifies);
    }

    private HostClient Connect(HostCertificates? certificates, bool identifies)
    {
        TlsTrust trust = new(_options, certificates, identifies);
        return new HostClient(HandlerFactory.CreateClient(_options, trust, _proxy), trust);
    }
}

/// <summary>Connections with one set of certificates.</summary>
/// <param name="Http">The connections.</param>
/// <param name="Trust">Verifies certificates.</param>
internal sealed record HostClient(HttpClient Http, TlsTrust Trust) : IDisposable
{
    public void Dispose()
    {
        Http.Dispose();
        Trust.Dispose();
    }
}
