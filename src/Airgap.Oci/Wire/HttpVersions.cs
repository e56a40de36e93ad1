using System.Collections.Concurrent;
using System.Net;

namespace Airgap.Oci.Wire;

/// <summary>
/// Chooses the HTTP version of each request: HTTP/1.1 for large bodies (<see cref="Bulk"/>), else HTTP/2 if the server offers it. A few
/// proxies and load balancers speak only HTTP/2; once one is found, large bodies use HTTP/2 there, too.
/// </summary>
/// <remarks>Source: RFC 7301, section 3.2 (no_application_protocol); RFC 9110, sections 15.5.22 and 15.6.6.</remarks>
internal sealed class HttpVersions
{
    // One dropped connection is an accident of the network, and must not slow down a whole run.
    private const int EnoughDrops = 2;

    // A server that cannot read the request closes the connection early, after little more than the network's buffers.
    private const long MostSent = 4 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, bool> _onlyHttp2 = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> _speaksHttp2 = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> _speaksHttp1 = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, int> _drops = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The version to offer; a lower one may be negotiated.</summary>
    public Version Of(WireRequest wire)
    {
        string place = wire.Uri.Authority;
        return wire.IsBulk && !_onlyHttp2.ContainsKey(place) && _drops.GetValueOrDefault(place) < EnoughDrops
            ? HttpVersion.Version11 : HttpVersion.Version20;
    }

    /// <summary>Records the version of an answer.</summary>
    /// <param name="uri">The request's address.</param>
    /// <param name="answered">The version.</param>
    /// <param name="isOnly">True when the same request failed over HTTP/1.1.</param>
    public void NoteAnswer(Uri uri, Version answered, bool isOnly)
    {
        // A server may answer plain http on the port of https with a refusal, which shows nothing about the other.
        if (uri.Scheme != Uri.UriSchemeHttps)
            return;
        if (answered.Major < 2)
        {
            _speaksHttp1.TryAdd(uri.Authority, true);
            _drops.TryRemove(uri.Authority, out _);
            return;
        }

        _speaksHttp2.TryAdd(uri.Authority, true);
        if (isOnly)
            _onlyHttp2.TryAdd(uri.Authority, true);
    }

    /// <summary>
    /// True if the failure of a request over HTTP/1.1 may mean that the server does not speak it: no TLS connection was made, or a server
    /// that used HTTP/2 before responded with something other than HTTP/1.1.
    /// </summary>
    public bool IsDoubtful(Uri uri, Version offered, Exception? failure) =>
        offered.Major == 1 && uri.Scheme == Uri.UriSchemeHttps && failure is HttpRequestException { HttpRequestError: var error }
        && (error == HttpRequestError.SecureConnectionError
            || (error == HttpRequestError.InvalidResponse && _speaksHttp2.ContainsKey(uri.Authority)));

    /// <summary>
    /// Records that a connection ended before the response to a request over HTTP/1.1. A server that speaks only HTTP/2 may do that to
    /// every request; the bytes may have arrived nevertheless, so the request is repeated only as after any failure.
    /// </summary>
    /// <param name="uri">The request's address.</param>
    /// <param name="offered">The version.</param>
    /// <param name="failure">The failure.</param>
    /// <param name="sent">The bytes of the body that were sent.</param>
    public void NoteDrop(Uri uri, Version offered, Exception failure, long sent)
    {
        if (offered.Major == 1 && sent < MostSent && uri.Scheme == Uri.UriSchemeHttps && !_speaksHttp1.ContainsKey(uri.Authority)
            && failure is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded or HttpRequestError.Unknown })
            _drops.AddOrUpdate(uri.Authority, 1, static (_, drops) => drops + 1);
    }

    /// <summary>
    /// True if the runtime lost the reason of a failure over HTTP/2: when a server ends the connection, as by an alert about our
    /// certificate, what reads it closes it, and what writes then finds it closed. Over HTTP/1.1, one follows the other.
    /// </summary>
    public static bool HidesReason(Version offered, Exception? failure)
    {
        Exception? cause = offered.Major == 2 ? failure : null;
        while (cause is not null and not ObjectDisposedException)
            cause = cause.InnerException;
        return cause is not null;
    }

    /// <summary>True for the statuses with which a server asks for another version.</summary>
    public static bool IsRefusal(Version offered, HttpStatusCode status) =>
        offered.Major == 1 && status is HttpStatusCode.UpgradeRequired or HttpStatusCode.HttpVersionNotSupported;
}
