using System.Runtime.CompilerServices;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.Oci.Wire;
using Polly;

namespace Airgap.Cluster.Connecting;

/// <summary>Requests to a cluster's API. Safe for several callers at once.</summary>
internal sealed class ClusterClient : IDisposable
{
    private const int Tries = 4;

    // A response that is followed by a retry is not read.
    private readonly ResiliencePipeline<ClusterExchange> _retry = ServiceRetryPolicy.Create<ClusterExchange>(
        TimeProvider.System, Tries, TimeSpan.Zero, outcome => outcome.Result?.Pause is not null,
        onRetry: (_, outcome) => outcome.Result?.Dispose(), waitOf: outcome => outcome.Result?.Pause);

    private readonly ClusterTarget _target;
    private readonly ClusterConnections _connections;
    private readonly Action<string>? _trace;

    /// <summary>Makes a client. Nothing is sent yet.</summary>
    /// <param name="target">The cluster.</param>
    /// <param name="trace">Receives each request and its status, never a header or body; null for none.</param>
    public ClusterClient(ClusterTarget target, Action<string>? trace = null)
    {
        _target = target;
        _trace = trace;
        _connections = new ClusterConnections(target);
    }

    /// <summary>
    /// The longest wait for an answer; a watch is not limited by it. The server gives up on an aggregated API that hangs after 45 s.
    /// </summary>
    public TimeSpan AnswerLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest silence on a watch.</summary>
    public TimeSpan WatchSilence { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>The namespace of the context.</summary>
    public string Namespace => _target.Namespace;

    /// <summary>True once the cluster has accepted a request: its address and the credentials are right.</summary>
    public bool IsAccepted { get; private set; }

    /// <summary>The cluster, for messages.</summary>
    public string Server => _target.Address.TrimEnd('/');

    /// <inheritdoc/>
    public void Dispose() => _connections.Dispose();

    /// <summary>Reads an object or a list.</summary>
    public Task<ClusterResponse> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, null, cancellationToken);

    /// <summary>Sends a request and reads its answer. A transient refusal (429, 503 with <c>Retry-After</c>) is tried again.</summary>
    /// <param name="method">The method; the request must be safe to send twice.</param>
    /// <param name="path">Path and query below the server's address, without a leading slash.</param>
    /// <param name="body">The body; null for none.</param>
    /// <param name="contentType">The body's type.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ClusterUnreachable"/>, <see cref="ErrorCode.ClusterConfig"/>.</exception>
    public async Task<ClusterResponse> SendAsync(
        HttpMethod method, string path, byte[]? body, string? contentType, CancellationToken cancellationToken)
    {
        try
        {
            ClusterResponse answer = await SendOnceAsync();
            IsAccepted |= answer.IsSuccess;
            // A plugin's token may be revoked before it expires.
            if (answer.Status != 401 || _target.Plugin is not { } plugin)
                return answer;
            plugin.Forget();
            return await SendOnceAsync();
        }
        catch (Exception failure) when (IsNoAnswer(failure) && !cancellationToken.IsCancellationRequested)
        {
            throw Unreachable(failure);
        }

        async Task<ClusterResponse> SendOnceAsync()
        {
            using ClusterExchange exchange = await _retry.ExecuteAsync(
                token => AskAsync(method, path, body, contentType, token), cancellationToken);
            return await exchange.ReadAsync();
        }
    }

    /// <summary>Reads a watch until the server ends it. A refusal is one <c>ERROR</c> event.</summary>
    /// <exception cref="IOException">The stream was cut off, or there was no answer.</exception>
    public async IAsyncEnumerable<WatchEvent> WatchAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = await GuardAsync(
            () => ClusterRequests.MakeAsync(_target, HttpMethod.Get, path, null, null, cancellationToken), cancellationToken);
        using CancellationTokenSource silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(WatchSilence);
        using HttpResponseMessage response = await GuardAsync(() => BeginAsync(request, silence.Token), cancellationToken);
        _trace?.Invoke($"GET {_target.Address}{path}: {(int)response.StatusCode}");
        if (!response.IsSuccessStatusCode)
        {
            if ((int)response.StatusCode == 401)
                _target.Plugin?.Forget();
            ClusterResponse answer = await GuardAsync(() => ClusterResponse.ReadAsync(request, response, silence.Token), cancellationToken);
            yield return new WatchEvent("ERROR", answer.Body ?? ClusterJson.Parse($$"""{"code":{{answer.Status}}}"""));
            yield break;
        }

        Stream content = await response.Content.ReadAsStreamAsync(silence.Token);
        await using (content)
        {
            WatchLines lines = new(content);
            while (await GuardAsync(() => lines.ReadAsync(silence.Token), cancellationToken) is { } line)
            {
                silence.CancelAfter(WatchSilence);
                if (!line.Span.Trim((byte)'\r').IsEmpty
                    && WatchEvent.Parse(EchoedCredentials.Remove(line, request, isShown: false).Span) is { } read)
                    yield return read;
            }
        }
    }

    // Silence of the server is a broken connection, not the end of the watch.
    private static async Task<T> GuardAsync<T>(Func<Task<T>> step, CancellationToken cancellationToken)
    {
        try
        {
            return await step();
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

    private async ValueTask<ClusterExchange> AskAsync(
        HttpMethod method, string path, byte[]? body, string? contentType, CancellationToken cancellationToken)
    {
        // A plugin has a limit of its own.
        HttpRequestMessage request = await ClusterRequests.MakeAsync(_target, method, path, body, contentType, cancellationToken);
        CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            limit.CancelAfter(AnswerLimit);
            HttpResponseMessage response = await BeginAsync(request, limit.Token);
            _trace?.Invoke($"{method} {_target.Address}{path}: {(int)response.StatusCode}");
            return new ClusterExchange(request, response, limit);
        }
        catch
        {
            request.Dispose();
            limit.Dispose();
            throw;
        }
    }

    private Task<HttpResponseMessage> BeginAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _connections.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    private static bool IsNoAnswer(Exception failure) => failure is HttpRequestException or IOException or OperationCanceledException;

    private AirgapException Unreachable(Exception failure)
    {
        string why = failure is OperationCanceledException
            ? $"no response within {AnswerLimit.TotalSeconds:0} s" : ConnectionFailure.Words(failure, _target);
        return new AirgapException(
            ErrorCode.ClusterUnreachable,
            $"The Kubernetes API {Server} ({_target.Origin}) does not answer: {why}.",
            "See whether 'kubectl version' reaches it; check the address, a VPN or proxy (HTTPS_PROXY, NO_PROXY), and " +
            (_target.IsPod ? $"the files in {PodAccount.Folder}." : "the certificate authority of the kubeconfig."),
            failure);
    }
}
