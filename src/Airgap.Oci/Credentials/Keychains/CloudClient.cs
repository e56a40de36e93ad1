using Airgap.Oci.Wire;
using Polly;

namespace Airgap.Oci.Credentials.Keychains;

/// <summary>
/// Sends the few requests that obtain credentials for a cloud's registries, up to three of each. A metadata service is given a second to be
/// there, without a proxy: outside its cloud nothing answers there. If it is there, its first token may take seconds.
/// </summary>
/// <param name="createHandler">Creates the handler for all requests; null for the machine's network.</param>
/// <param name="clock">Measures time limits and waits.</param>
internal sealed class CloudClient(Func<HttpMessageHandler>? createHandler, TimeProvider clock)
{
    private const int MaxBytes = 1024 * 1024;
    private const int Tries = 3;
    private static readonly TimeSpan s_connectLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_metadataLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_endpointLimit = TimeSpan.FromSeconds(20);

    // Created on demand: few builds or runs need one.
    private readonly Lazy<HttpClient> _metadata = new(() => Create(createHandler?.Invoke()
        ?? new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = s_connectLimit }));
    private readonly Lazy<HttpClient> _endpoints = new(
        () => Create(createHandler?.Invoke() ?? new SocketsHttpHandler { AllowAutoRedirect = false, Proxy = EnvironmentProxy.Find(null) }));

    private readonly ResiliencePipeline<CloudResponse> _tries = ServiceRetryPolicy.Create<CloudResponse>(
        clock, Tries, TimeSpan.FromMilliseconds(200),
        outcome => outcome.Exception is { } e ? IsNetworkFailure(e) : IsFailure(outcome.Result));

    // A service that is overloaded says so; one that is not there is not asked again.
    private readonly ResiliencePipeline<CloudResponse> _metadataTries = ServiceRetryPolicy.Create<CloudResponse>(
        clock, Tries, TimeSpan.FromMilliseconds(500),
        outcome => outcome.Exception is null && (IsFailure(outcome.Result) || outcome.Result.Status == 429));

    public TimeProvider Clock => clock;

    /// <summary>Sends a request to a metadata service of this machine or container.</summary>
    /// <param name="create">Creates the request for each attempt.</param>
    /// <param name="cancellationToken">Cancels the attempts.</param>
    /// <param name="limit">The time for a response; null for ten seconds.</param>
    /// <returns>Null when there is none.</returns>
    public async Task<CloudResponse?> RequestMetadataAsync(
        Func<HttpRequestMessage> create, CancellationToken cancellationToken, TimeSpan? limit = null)
    {
        try
        {
            return await _metadataTries.ExecuteAsync(
                async token =>
                {
                    using HttpRequestMessage request = create();
                    return await SendAsync(_metadata.Value, request, limit ?? s_metadataLimit, token);
                },
                cancellationToken);
        }
        catch (Exception e) when (IsNetworkFailure(e))
        {
            return null;
        }
    }

    /// <summary>Sends a request to a public endpoint, over https (except on this machine), because requests contain secrets.</summary>
    /// <param name="create">Creates the request for each attempt.</param>
    /// <param name="cancellationToken">Cancels the attempts.</param>
    /// <returns>A response with any status below 500.</returns>
    /// <exception cref="CloudException">No attempt got a response, or the last one had a status of 500 or more.</exception>
    public async Task<CloudResponse> AskAsync(Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        string host = "";
        try
        {
            CloudResponse answer = await _tries.ExecuteAsync(
                async token =>
                {
                    using HttpRequestMessage request = create();
                    host = request.RequestUri!.Host;
                    if (request.RequestUri.Scheme != Uri.UriSchemeHttps && !request.RequestUri.IsLoopback)
                        throw new CloudException($"{host} gets no request, because its address is not https");
                    return await SendAsync(_endpoints.Value, request, s_endpointLimit, token);
                },
                cancellationToken);
            return IsFailure(answer) ? throw new CloudException($"{host} answered {answer.Status}") : answer;
        }
        catch (Exception e) when (IsNetworkFailure(e))
        {
            throw new CloudException($"{host} cannot be reached ({e.Message.TrimEnd('.')})", e);
        }
    }

    private static bool IsFailure(CloudResponse answer) => answer.Status >= 500;

    private static bool IsNetworkFailure(Exception? exception) => exception is HttpRequestException or TimeoutException or IOException;

    private static HttpClient Create(HttpMessageHandler handler) => new(handler) { Timeout = Timeout.InfiniteTimeSpan };

    private async Task<CloudResponse> SendAsync(
        HttpClient client, HttpRequestMessage request, TimeSpan limit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(limit, clock);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
            await response.Content.LoadIntoBufferAsync(MaxBytes, stop.Token);
            return new CloudResponse((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(stop.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {limit.TotalSeconds:0} s");
        }
    }
}

/// <summary>The response of a cloud's service.</summary>
internal readonly record struct CloudResponse(int Status, byte[] Body)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    public string Text => System.Text.Encoding.UTF8.GetString(Body).Trim();

    /// <summary>Status and length; the body is usually a secret.</summary>
    public override string ToString() => $"{Status}, {Body.Length} bytes";
}
