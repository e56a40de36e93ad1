using System.Net;

namespace Airgap.Oci.Wire;

/// <summary>
/// The proxies in the environment: <c>HTTPS_PROXY</c>, <c>HTTP_PROXY</c>, <c>ALL_PROXY</c> for schemes without their
/// own, and <c>NO_PROXY</c>, each also in lower case. Read for each client, because the runtime reads its own only
/// once, and a build process outlives builds.
/// </summary>
internal sealed class EnvironmentProxy : IWebProxy, ICredentials
{
    private readonly (Uri Address, NetworkCredential? Credential)? _http;
    private readonly (Uri Address, NetworkCredential? Credential)? _https;
    private readonly NoProxyList _excluded;

    private EnvironmentProxy(EnvironmentVariables variables)
    {
        (Uri, NetworkCredential?)? all = Read(variables, "ALL_PROXY", "all_proxy");
        _http = Read(variables, "HTTP_PROXY", "http_proxy") ?? all;
        _https = Read(variables, "HTTPS_PROXY", "https_proxy") ?? all;
        _excluded = NoProxyList.Parse(variables.NonEmpty("NO_PROXY") ?? variables.NonEmpty("no_proxy"));
    }

    /// <summary>Required by the interface; credentials come only from the variables.</summary>
    public ICredentials? Credentials
    {
        get => this;
        set => throw new NotSupportedException();
    }

    /// <summary>Finds the proxies.</summary>
    /// <param name="environment">The variables; null for the process's.</param>
    /// <returns>Null when no variable names one: the system's settings then apply.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidEnvironment"/>.</exception>
    public static EnvironmentProxy? Find(IReadOnlyDictionary<string, string>? environment)
    {
        EnvironmentProxy proxy = new(EnvironmentVariables.Capture(environment));
        return proxy._http is null && proxy._https is null ? null : proxy;
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination) =>
        _excluded.Covers(destination) ? null : (destination.Scheme == Uri.UriSchemeHttps ? _https : _http)?.Address;

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => GetProxy(host) is null;

    /// <inheritdoc/>
    public NetworkCredential? GetCredential(Uri uri, string authType)
    {
        foreach ((Uri Address, NetworkCredential? Credential)? proxy in new[] { _https, _http })
        {
            if (proxy is { } one && one.Credential is not null && one.Address.Authority == uri.Authority)
                return one.Credential;
        }

        return null;
    }

    private static (Uri Address, NetworkCredential? Credential)? Read(EnvironmentVariables variables, string name, string small)
    {
        string used = variables.NonEmpty(name) is null ? small : name;
        if (variables.NonEmpty(used)?.Trim() is not { Length: > 0 } text)
            return null;
        string value = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;

        // The runtime always lets a SOCKS 5 proxy resolve names.
        if (value.StartsWith("socks5h://", StringComparison.OrdinalIgnoreCase))
            value = "socks5" + value["socks5h".Length..];
        if (!Uri.TryCreate(value, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0
            || uri.Scheme is not ("http" or "https" or "socks4" or "socks4a" or "socks5"))
        {
            // The value may hold a password.
            throw new AirgapException(
                ErrorCode.InvalidEnvironment,
                $"The environment variable {used} does not name a proxy.",
                "Write it as HOST:PORT or as a URL whose scheme is http, https, socks4, socks4a or socks5, or unset it.");
        }

        NetworkCredential? credential = null;
        if (uri.UserInfo.Length > 0)
        {
            int colon = uri.UserInfo.IndexOf(':');
            string user = Uri.UnescapeDataString(colon < 0 ? uri.UserInfo : uri.UserInfo[..colon]);
            credential = new NetworkCredential(user, colon < 0 ? "" : Uri.UnescapeDataString(uri.UserInfo[(colon + 1)..]));
        }

        // No library has a default port for SOCKS schemes.
        return (new UriBuilder(uri) { UserName = "", Password = "", Port = uri.Port < 0 ? 1080 : uri.Port }.Uri, credential);
    }
}
