using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Connecting;

/// <summary>Requests to a cluster's API. Safe for several callers at once.</summary>
internal sealed class ClusterClient : IDisposable
{
    private const int LongestAnswer = 256 * 1024 * 1024;
    private const int Tries = 4;

    private readonly ClusterTarget _target;
    private readonly HttpClient _http;
    private readonly Action<string>? _trace;

    /// <summary>Makes a client. Nothing is sent yet.</summary>
    /// <param name="target">The cluster.</param>
    /// <param name="trace">Receives each request and its status, never a header or body; null for none.</param>
    public ClusterClient(ClusterTarget target, Action<string>? trace = null)
    {
        _target = target;
        _trace = trace;
        SocketsHttpHandler handler = new()
        {
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            AllowAutoRedirect = false,
            UseCookies = false,
            SslOptions = Tls(target),
        };
        if (target.Proxy is { } proxy)
            handler.Proxy = new WebProxy(proxy) { Credentials = UserOf(proxy) };
        _http = new HttpClient(handler) { BaseAddress = target.Server, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("dotnet-airgap", null));
    }

    /// <summary>The longest wait for an answer; a watch is not limited by it. An aggregated API that hangs is given up by the server after 45 s.</summary>
    public TimeSpan AnswerLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest silence on a watch.</summary>
    public TimeSpan WatchSilence { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>The namespace of the context.</summary>
    public string Namespace => _target.Namespace;

    /// <summary>The cluster, for messages.</summary>
    public string Server => _target.Server.GetLeftPart(UriPartial.Authority);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Reads an object or a list.</summary>
    public Task<ClusterAnswer> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, null, cancellationToken);

    /// <summary>Sends a request and reads its answer. A passing refusal (429, 503 with <c>Retry-After</c>) is tried again.</summary>
    /// <param name="method">The method; the request must bear to be sent twice.</param>
    /// <param name="path">Path and query below the server's address, without a leading slash.</param>
    /// <param name="body">The body; null for none.</param>
    /// <param name="contentType">The body's type.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ClusterUnreachable"/>, <see cref="ErrorCode.ClusterConfig"/>.</exception>
    public async Task<ClusterAnswer> SendAsync(HttpMethod method, string path, byte[]? body, string? contentType, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(AnswerLimit);
            try
            {
                using HttpRequestMessage request = await RequestAsync(method, path, body, contentType, limit.Token).ConfigureAwait(false);
                using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
                _trace?.Invoke($"{method} {_target.Server}{path}: {(int)response.StatusCode}");
                if (attempt == Tries || !IsPassing(response, out TimeSpan pause))
                    return await ReadAsync(response, limit.Token).ConfigureAwait(false);
                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (IsNoAnswer(failure) && !cancellationToken.IsCancellationRequested)
            {
                throw Unreachable(failure);
            }
        }
    }

    /// <summary>Reads a watch until the server ends it. A refusal is one <c>ERROR</c> event.</summary>
    /// <exception cref="IOException">The stream was cut off, or there was no answer.</exception>
    public async IAsyncEnumerable<WatchEvent> WatchAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(WatchSilence);
        using HttpRequestMessage request = await RequestAsync(HttpMethod.Get, path, null, null, silence.Token).ConfigureAwait(false);
        using HttpResponseMessage response = await GuardAsync(() => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token), cancellationToken).ConfigureAwait(false);
        _trace?.Invoke($"GET {_target.Server}{path}: {(int)response.StatusCode}");
        if (!response.IsSuccessStatusCode)
        {
            ClusterAnswer answer = await ReadAsync(response, silence.Token).ConfigureAwait(false);
            yield return new WatchEvent("ERROR", answer.Body ?? JsonElement.Parse($$"""{"code":{{answer.Status}}}"""));
            yield break;
        }

        using StreamReader lines = new(await response.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false), Encoding.UTF8);
        while (true)
        {
            string? line = await GuardAsync(() => lines.ReadLineAsync(silence.Token).AsTask(), cancellationToken).ConfigureAwait(false);
            if (line is null)
                yield break;
            silence.CancelAfter(WatchSilence);
            if (line.Length > 0 && Event(line) is { } read)
                yield return read;
        }
    }

    // The silence of a server is a cut, not an end.
    private static async Task<T> GuardAsync<T>(Func<Task<T>> step, CancellationToken cancellationToken)
    {
        try
        {
            return await step().ConfigureAwait(false);
        }
        catch (OperationCanceledException silent) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException("The watch was silent for too long.", silent);
        }
        catch (HttpRequestException cut)
        {
            throw new IOException("The watch was cut off.", cut);
        }
    }

    private static WatchEvent? Event(string line)
    {
        try
        {
            JsonElement root = JsonElement.Parse(line);
            return root.Text("type") is { } type && root.Find("object") is { } about ? new WatchEvent(type, about) : null;
        }
        catch (JsonException broken)
        {
            throw new IOException("The watch sent something that is not an event.", broken);
        }
    }

    private async Task<HttpRequestMessage> RequestAsync(HttpMethod method, string path, byte[]? body, string? contentType, CancellationToken cancellationToken)
    {
        HttpRequestMessage request = new(method, path);
        // The name that the certificate is checked against follows the Host header.
        if (_target.ServerName is { } name)
            request.Headers.Host = name;
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType!);
        }

        if (_target.Authorization is { } authorization)
        {
            try
            {
                request.Headers.Authorization = await authorization(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                request.Dispose();
                throw new AirgapException(
                    ErrorCode.ClusterConfig,
                    $"The credentials of {_target.Origin} cannot be read: {failure.Message.TrimEnd('.')}.",
                    "Run the log-in of the context again; 'kubectl get namespaces' shows whether it works.",
                    failure);
            }
        }

        return request;
    }

    private static bool IsPassing(HttpResponseMessage response, out TimeSpan pause)
    {
        TimeSpan asked = response.Headers.RetryAfter?.Delta ?? TimeSpan.Zero;
        pause = asked > TimeSpan.FromSeconds(10) ? TimeSpan.FromSeconds(10) : asked;
        return (int)response.StatusCode is 429 or 503 && response.Headers.RetryAfter?.Delta is not null;
    }

    private static async Task<ClusterAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await response.Content.LoadIntoBufferAsync(LongestAnswer, cancellationToken).ConfigureAwait(false);
        byte[] bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        JsonElement? body = null;
        if (response.Content.Headers.ContentType?.MediaType == "application/json")
        {
            try
            {
                body = JsonElement.Parse(bytes);
            }
            catch (JsonException)
            {
                // A proxy's page under a wrong type: shown as text.
            }
        }

        return new ClusterAnswer((int)response.StatusCode, body, body is null ? Encoding.UTF8.GetString(bytes) : "")
        {
            Warnings = [.. response.Headers.Warning.Select(warning => warning.Text.Trim('"').Replace("\\\"", "\"", StringComparison.Ordinal))],
        };
    }

    private static bool IsNoAnswer(Exception failure) => failure is HttpRequestException or IOException or OperationCanceledException;

    private AirgapException Unreachable(Exception failure)
    {
        Exception root = failure;
        while (root.InnerException is { } inner)
            root = inner;
        string why = failure is OperationCanceledException ? $"it was silent for {AnswerLimit.TotalSeconds:0} s" : root.Message.TrimEnd('.');
        return new AirgapException(
            ErrorCode.ClusterUnreachable,
            $"The Kubernetes API {Server} ({_target.Origin}) does not answer: {why}.",
            "See whether 'kubectl version' reaches it: the address, a VPN or proxy (HTTPS_PROXY, NO_PROXY), and the certificate authority of the kubeconfig.",
            failure);
    }

    private static NetworkCredential? UserOf(Uri proxy)
    {
        string[] user = [.. proxy.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString)];
        return proxy.UserInfo.Length == 0 ? null : new NetworkCredential(user[0], user.Length > 1 ? user[1] : "");
    }

    private static SslClientAuthenticationOptions Tls(ClusterTarget target)
    {
        SslClientAuthenticationOptions options = new();
        if (target.ClientCertificate is { } certificate)
            options.ClientCertificates = [certificate];
        if (target.SkipVerification)
        {
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }
        else if (target.Authorities is { } authorities)
        {
            X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authorities);
            options.CertificateChainPolicy = policy;
        }

        return options;
    }
}
