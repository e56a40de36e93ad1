using System.Net.Http.Headers;

namespace Airgap.Oci.Wire;

/// <summary>Follows redirects and checks their targets.</summary>
internal static class Redirects
{
    /// <summary>The most redirects for one request.</summary>
    public const int Most = 10;

    /// <summary>Sends a request and follows redirects.</summary>
    /// <param name="exchange">Sends each hop.</param>
    /// <param name="wire">The request.</param>
    /// <param name="authorization">Sent only to the request's own scheme, host and port.</param>
    /// <param name="registryIsLocal">Whether the registry is on this machine or network, which allows more targets.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.RedirectRefused"/>.</exception>
    public static async Task<HttpResponseMessage> SendAsync(
        Exchange exchange, WireRequest wire, AuthenticationHeaderValue? authorization, bool registryIsLocal,
        CancellationToken cancellationToken)
    {
        for (int hop = 0; ; hop++)
        {
            HttpResponseMessage response = await exchange.SendAsync(wire, authorization, cancellationToken);
            if (!wire.FollowRedirects || !IsFollowed(wire.Method, (int)response.StatusCode) || LocationOf(response) is not { } location)
                return response;
            using (response)
            {
                if (hop == Most)
                    throw Refused(wire.Operation, wire.Uri, $"it redirects more than {Most} times");
                Uri next = Resolve(wire.Uri, location, registryIsLocal, wire.Operation);
                bool isElsewhere = !IsSameOrigin(wire.Uri, next);
                if (isElsewhere)
                    authorization = null;
                wire = wire with { Uri = next, Identifies = wire.Identifies && !isElsewhere };
            }
        }
    }

    /// <summary>A response's Location as received, or null.</summary>
    public static string? LocationOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Location", out HeaderStringValues values) ? values.ToString() : null;

    /// <summary>The absolute address in a response, if a client may follow it.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.RedirectRefused"/> or <see cref="ErrorCode.RegistryProtocol"/>.</exception>
    public static Uri Resolve(Uri from, string location, bool registryIsLocal, Operation operation)
    {
        if (!Uri.TryCreate(from, location, out Uri? next))
            throw operation.Failed(ErrorCode.RegistryProtocol, $"{from.Authority} returned a location that is not a URL",
                "Report it to the registry's operator.");
        if (next.Scheme is not ("http" or "https"))
            throw Refused(operation, from, $"it redirects to '{next.Scheme}:'");
        if (from.Scheme == "https" && next.Scheme == "http")
        {
            // Registries behind a TLS proxy often name http addresses; the same host keeps the scheme of the request.
            if (!next.IdnHost.Equals(from.IdnHost, StringComparison.OrdinalIgnoreCase) || !(next.IsDefaultPort || next.Port == from.Port))
                throw Refused(operation, from, $"it redirects from https to plain http ({Redaction.Url(next)})");
            next = new UriBuilder(next) { Scheme = "https", Port = from.Port }.Uri;
        }

        if (!registryIsLocal && !IsSameOrigin(from, next) && LocalHosts.IsInternal(next.IdnHost))
            throw Refused(operation, from, $"it redirects to the internal address {next.Authority}");
        return next;
    }

    public static bool IsSameOrigin(Uri a, Uri b) =>
        a.Scheme == b.Scheme && a.Port == b.Port && a.IdnHost.Equals(b.IdnHost, StringComparison.OrdinalIgnoreCase);

    private static bool IsFollowed(HttpMethod method, int status) => status is 307 or 308
        || (status is 301 or 302 or 303 && (method == HttpMethod.Get || method == HttpMethod.Head));

    private static AirgapException Refused(Operation operation, Uri from, string what) => operation.Failed(
        ErrorCode.RedirectRefused,
        $"the redirect of {from.Authority} is not followed: {what}",
        "Check the registry's configuration (its external URL and its storage redirects).");
}
