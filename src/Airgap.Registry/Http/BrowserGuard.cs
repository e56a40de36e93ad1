using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;

namespace Airgap.Registry.Http;

/// <summary>
/// Keeps web pages from using the registry through a visitor's browser: a page of another origin, or one whose name an
/// attacker points at this machine. Stored content is never shown as a page and runs no script.
/// </summary>
internal sealed class BrowserGuard
{
    private const string Policy = "default-src 'none'; frame-ancestors 'none'; sandbox";

    private readonly bool _anyHost;
    private readonly HashSet<string> _names;
    private readonly X509Certificate2? _certificate;

    public BrowserGuard(RegistryServerOptions options)
    {
        _anyHost = options.AnyHost;
        _certificate = options.Certificate;
        _names = new HashSet<string>(options.Hosts.Select(Trim), StringComparer.OrdinalIgnoreCase) { "localhost", Dns.GetHostName() };
    }

    /// <summary>Sets the headers that keep stored content from acting as a page.</summary>
    public static void Harden(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = Policy;
    }

    /// <summary>
    /// Refuses a request for a host name that is not the registry's, or from a page of another origin.
    /// </summary>
    public void Check(HttpRequest request)
    {
        string host = Trim(request.Host.Host);
        if (!_anyHost && !IsOurs(host))
            throw Refusal.Host(request.Host.Host);
        foreach (string? origin in request.Headers.Origin)
        {
            if (!IsSame(origin, request))
                throw Refusal.Origin();
        }
    }

    // An attacker cannot serve a page under this server's address, so addresses are safe. Browsers always send a host.
    private bool IsOurs(string host) =>
        host.Length == 0
        || _names.Contains(host)
        || IPAddress.TryParse(host, out _)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (_certificate is not null && Uri.CheckHostName(host) == UriHostNameType.Dns && _certificate.MatchesHostname(host));

    private static bool IsSame(string? origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? page)
        && page.Scheme is "http" or "https"
        && string.Equals(Trim(page.Host), Trim(request.Host.Host), StringComparison.OrdinalIgnoreCase)
        && page.Port == (request.Host.Port ?? (page.Scheme == "https" ? 443 : 80));

    private static string Trim(string host) => host.TrimEnd('.');
}
