using System.Net.Sockets;

namespace Airgap.Oci.Wire;

/// <summary>Creates the failure for a request without a complete response.</summary>
internal static class NetworkFailures
{
    /// <summary>
    /// The failure: <see cref="AirgapException"/> if it is permanent, else <see cref="TransientException"/>.
    /// </summary>
    /// <param name="exception">The exception of the handler or its stream.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="uri">The request's address.</param>
    /// <param name="operation">Its purpose.</param>
    /// <param name="trust">Tells whether a certificate was the reason.</param>
    /// <param name="proxy">The proxy it went through, or null.</param>
    /// <param name="redact">Removes secrets from text that the handler quotes from a response; null if it quotes
    /// none.</param>
    public static Exception Explain(
        Exception exception, HttpMethod method, Uri uri, Operation operation, TlsTrust trust, Uri? proxy,
        Func<string, string>? redact = null)
    {
        string where = $"{method} {Redaction.Url(uri)}";
        HttpRequestError error = (exception as HttpRequestException)?.HttpRequestError ?? (exception as HttpIOException)?.HttpRequestError
            ?? HttpRequestError.Unknown;
        if (error == HttpRequestError.SecureConnectionError && trust.RefusalOf(uri.IdnHost) is { } refusal)
        {
            return operation.Failed(
                ErrorCode.RegistryCertificate,
                $"{where}: the certificate of {uri.Authority} is not trusted: {refusal}",
                $"Name {AdviceTerms.TrustedAuthorities}.",
                exception);
        }

        if (AsksForCertificate(exception))
        {
            return operation.Failed(
                ErrorCode.ClientCertificateRefused,
                $"{where}: {uri.Authority} " +
                (trust.Identifies ? $"refuses our client certificate{trust.Flaw}" : "asks for a client certificate"),
                $"Put client.cert and client.key, made for this registry, into {AdviceTerms.HostCertificates}.",
                exception);
        }

        if (error == HttpRequestError.ConfigurationLimitExceeded)
        {
            return operation.Failed(
                ErrorCode.ResponseTooLarge, $"{where}: the response of {uri.Authority} exceeds a limit",
                "Check which server answers at this address.", exception);
        }

        if (exception is OperationCanceledException)
            return ConnectTimeout(where, uri, operation, exception, Through(proxy));
        (string what, string advice) = Describe(error, exception, uri, proxy, redact);
        return new TransientException(operation.Failed(ErrorCode.RegistryUnreachable, $"{where}: {what}", advice, exception));
    }

    /// <summary>No headers arrived within the time limit.</summary>
    public static TransientException HeaderTimeout(HttpMethod method, Uri uri, Operation operation, TimeSpan limit) => new(operation.Failed(
        ErrorCode.RegistryTimeout,
        $"{method} {Redaction.Url(uri)}: timeout awaiting response headers of {uri.Authority} ({limit.TotalSeconds:0.#} s)",
        $"Try again, or allow {AdviceTerms.HeaderTime}."));

    /// <summary>A body stopped arriving.</summary>
    public static TransientException Stall(HttpMethod method, Uri uri, Operation operation, TimeSpan limit) => new(operation.Failed(
        ErrorCode.RegistryTimeout,
        $"{method} {Redaction.Url(uri)}: no byte arrived from {uri.Authority} for {limit.TotalSeconds:0.#} s",
        $"Try again, or allow {AdviceTerms.StallTime}."));

    /// <summary>A body is no longer accepted.</summary>
    public static TransientException UploadStall(HttpMethod method, Uri uri, Operation operation, TimeSpan limit) => new(operation.Failed(
        ErrorCode.RegistryTimeout,
        $"{method} {Redaction.Url(uri)}: {uri.Authority} accepted no byte for {limit.TotalSeconds:0.#} s",
        $"Try again, or allow {AdviceTerms.StallTime}."));

    /// <summary>
    /// True when no request can have reached a server that speaks TLS, so that plain http may be tried. A host name
    /// unknown here may be known to an http proxy.
    /// </summary>
    public static bool IsBelowHttp(Exception? exception) => exception switch
    {
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError,
        } => true,
        OperationCanceledException { InnerException: TimeoutException } => true,
        _ => false,
    };

    // The alerts of TLS as OpenSSL and the systems' libraries name them (RFC 8446, section 6). The runtime has no other sign of them. A
    // server sends them about our certificate, or for lack of one.
    private static readonly string[] s_alerts =
    [
        "alert certificate required", "alert bad certificate", "alert unknown ca", "alert certificate expired", "alert certificate revoked",
        "alert certificate unknown", "alert unsupported certificate", "alert access denied",
    ];

    private static bool AsksForCertificate(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (s_alerts.Any(alert => cause.Message.Contains(alert, StringComparison.OrdinalIgnoreCase)))
                return true;
        }

        return false;
    }

    private static string Through(Uri? proxy) => proxy is null ? "" : $" through the proxy {proxy.Authority}";

    private static TransientException ConnectTimeout(string where, Uri uri, Operation operation, Exception exception, string through) =>
        new(operation.Failed(
        ErrorCode.RegistryTimeout,
        $"{where}: timeout connecting to {uri.Authority}{through}",
        "Check the host and port, a proxy (HTTPS_PROXY, NO_PROXY), and firewalls.",
        exception));

    private static (string What, string Advice) Describe(
        HttpRequestError error, Exception exception, Uri uri, Uri? proxy, Func<string, string>? redact)
    {
        string cause = exception.GetBaseException().Message.TrimEnd('.');
        cause = redact?.Invoke(cause) ?? cause;
        return error switch
        {
            HttpRequestError.NameResolutionError when proxy is not null => (
                $"the proxy {proxy.Authority} is unknown ({cause})",
                "Check the proxy's name (HTTPS_PROXY), or name the host in NO_PROXY."),
            HttpRequestError.NameResolutionError => (
                $"the host {uri.IdnHost} is unknown ({cause})",
                "Check the host's name, DNS, and a proxy (HTTPS_PROXY, NO_PROXY)."),
            HttpRequestError.ConnectionError => (
                $"{uri.Authority} cannot be reached{Through(proxy)} " +
                $"({(exception.GetBaseException() is SocketException s ? Phrase(s) : cause)})",
                "Check the host and port, a proxy (HTTPS_PROXY, NO_PROXY), and whether the registry runs."),
            HttpRequestError.SecureConnectionError => (
                $"no TLS connection to {uri.Authority} could be made ({cause})",
                $"If the registry does not speak TLS, allow {AdviceTerms.PlainHttp}."),
            HttpRequestError.ProxyTunnelError => (
                $"the proxy{(proxy is null ? "" : " " + proxy.Authority)} refuses the connection to {uri.Authority} ({cause})",
                "Check HTTPS_PROXY and NO_PROXY."),
            _ => (
                $"{uri.Authority} dropped the connection ({cause})",
                "Try again; if it persists, look for a proxy or load balancer that closes connections."),
        };
    }

    private static string Phrase(SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "no route to host",
        _ => exception.Message,
    };
}
