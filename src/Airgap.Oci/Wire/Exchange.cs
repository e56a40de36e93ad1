using System.Net;
using System.Net.Http.Headers;
using System.Runtime.ExceptionServices;

namespace Airgap.Oci.Wire;

/// <summary>One request as sent, without authorization.</summary>
internal sealed record WireRequest(HttpMethod Method, Uri Uri, RequestKind Kind, Operation Operation)
{
    /// <summary>Further headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Creates the body each time it is sent; it reports its progress to the watchdog.</summary>
    public Func<Watchdog, HttpContent>? Content { get; init; }

    /// <summary>The secret in its body, which is hidden if a server repeats it.</summary>
    public string? BodySecret { get; init; }

    /// <summary>True when a large body is sent or received (<see cref="Bulk"/>).</summary>
    public bool IsBulk { get; init; }

    /// <summary>True when it is not counted yet, because the host may not speak its scheme.</summary>
    public bool IsTrial { get; init; }

    /// <summary>True to follow redirects.</summary>
    public bool FollowRedirects { get; init; } = true;

    /// <summary>False if another host redirected or referred to it: our client certificate is not sent then.</summary>
    public bool Identifies { get; init; } = true;
}

/// <summary>
/// Sends one request once, with a time limit, trace and counters, and turns network failures into this library's exceptions.
/// </summary>
internal sealed class Exchange(
    HostClients clients, RegistryOptions options, IWebProxy? proxy, Counters counters, RequestTrace trace)
{
    private static readonly string s_userAgent = $"airgap/{typeof(Exchange).Assembly.GetName().Version?.ToString(3)}";

    private readonly HttpVersions _versions = new();

    /// <summary>Sends, and returns when the response's headers have arrived.</summary>
    /// <exception cref="TransientException">No response, for a transient reason.</exception>
    /// <exception cref="AirgapException">No response, for a permanent reason; or the request's own content
    /// failed.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        WireRequest wire, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        Version offered = _versions.Of(wire);
        HttpResponseMessage response;
        try
        {
            response = await SendAsync(wire, authorization, offered, cancellationToken);
            if (!HttpVersions.IsRefusal(offered, response.StatusCode))
            {
                _versions.NoteAnswer(wire.Uri, response.Version, isOnly: false);
                return response;
            }

            response.Dispose();
        }
        catch (TransientException e) when (_versions.IsDoubtful(wire.Uri, offered, e.Failure.InnerException))
        {
            // If the version was not the reason, the request fails again, with that reason.
        }
        catch (TransientException e) when (wire.Content is null && HttpVersions.HidesReason(offered, e.Failure.InnerException))
        {
            return await SendForReasonAsync(wire, authorization, e, cancellationToken);
        }

        trace.Note($"{wire.Uri.Authority} may not speak HTTP/1.1; trying HTTP/2");
        response = await SendAsync(wire, authorization, HttpVersion.Version20, cancellationToken);
        _versions.NoteAnswer(wire.Uri, response.Version, isOnly: true);
        return response;
    }

    private async Task<HttpResponseMessage> SendForReasonAsync(
        WireRequest wire, AuthenticationHeaderValue? authorization, TransientException hidden, CancellationToken cancellationToken)
    {
        try
        {
            HttpResponseMessage response = await SendAsync(wire, authorization, HttpVersion.Version11, cancellationToken);
            _versions.NoteAnswer(wire.Uri, response.Version, isOnly: false);
            return response;
        }
        catch (TransientException)
        {
            throw hidden;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        WireRequest wire, AuthenticationHeaderValue? authorization, Version version, CancellationToken cancellationToken)
    {
        using Watchdog watchdog = new(options.TimeProvider, options.ResponseHeaderTimeout, cancellationToken, options.StallLimit);
        HostClient client = clients.Of(wire.Uri, wire.Identifies);
        HttpRequestMessage request = Build(wire, authorization, version, watchdog);
        Uri? through = ProxyOf(wire.Uri);
        if (through is not null && proxy?.Credentials?.GetCredential(through, "Basic")?.Password is { Length: > 0 } secret)
            request.Options.Set(Redaction.ProxySecret, secret);
        BlobUploadContent? upload = request.Content as BlobUploadContent;
        if (!wire.IsTrial)
            Count(wire.Uri, wire.Kind);
        trace.Request(request, through);
        long started = options.TimeProvider.GetTimestamp();
        try
        {
            watchdog.Start();
            HttpResponseMessage response = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, watchdog.Token);
            trace.Answer(request, response, options.TimeProvider.GetElapsedTime(started));
            if (upload?.SourceFailure is { } hidden && response.IsSuccessStatusCode)
            {
                response.Dispose();
                ExceptionDispatchInfo.Throw(hidden);
            }

            if (upload is { IsCut: true } && response.IsSuccessStatusCode)
            {
                response.Dispose();
                throw new HttpIOException(HttpRequestError.ResponseEnded, "the connection broke while the body was sent");
            }

            return response;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or AirgapException)
        {
            trace.Failure(request, e, options.TimeProvider.GetElapsedTime(started));
            cancellationToken.ThrowIfCancellationRequested();

            // The source of an upload failed: report that failure, not the broken request that follows from it.
            if (upload?.SourceFailure is { } source)
                ExceptionDispatchInfo.Throw(source);
            if (e is AirgapException)
                throw;
            if (watchdog is { Fired: true, IsInBody: true })
                throw NetworkFailures.UploadStall(wire.Method, wire.Uri, wire.Operation, watchdog.Limit);
            if (watchdog.Fired)
                throw NetworkFailures.HeaderTimeout(wire.Method, wire.Uri, wire.Operation, options.ResponseHeaderTimeout);
            _versions.NoteDrop(wire.Uri, version, e, upload?.Sent ?? 0);
            throw NetworkFailures.Explain(
                e, wire.Method, wire.Uri, wire.Operation, client.Trust, through, text => Redaction.Echo(text, request));
        }
    }

    /// <summary>Counts a request that was sent.</summary>
    public void Count(Uri uri, RequestKind kind) => counters.CountRequest(uri, kind);

    /// <summary>Turns an exception from sending a request, or from reading its response, into a failure.</summary>
    public Exception Explain(Exception exception, HttpMethod method, Uri uri, Operation operation) =>
        NetworkFailures.Explain(exception, method, uri, operation, clients.Of(uri, identifies: true).Trust, ProxyOf(uri));

    private Uri? ProxyOf(Uri uri) => proxy?.GetProxy(uri);

    private static HttpRequestMessage Build(
        WireRequest wire, AuthenticationHeaderValue? authorization, Version version, Watchdog watchdog)
    {
        HttpRequestMessage request = new(wire.Method, wire.Uri)
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = wire.Content?.Invoke(watchdog),
        };
        request.Headers.TryAddWithoutValidation("User-Agent", s_userAgent);
        foreach ((string name, string value) in wire.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        request.Headers.Authorization = authorization;
        if (wire.BodySecret is { } secret)
            request.Options.Set(Redaction.BodySecret, secret);
        return request;
    }
}
