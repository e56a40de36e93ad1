using Airgap.Oci.Wire;

namespace Airgap.Cluster.Connecting;

/// <summary>A request that the cluster has begun to answer.</summary>
/// <param name="request">The request.</param>
/// <param name="response">The answer, whose body is not read yet.</param>
/// <param name="limit">Ends it when it takes too long.</param>
internal sealed class ClusterExchange(HttpRequestMessage request, HttpResponseMessage response, CancellationTokenSource limit) : IDisposable
{
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The pause after a transient refusal (429 or 503 with <c>Retry-After</c>), from 0.1 to 10 s; null for any other answer.
    /// </summary>
    public TimeSpan? Pause =>
        (int)response.StatusCode is 429 or 503 && response.Headers.RetryAfter is not null
            ? TimeSpan.FromTicks(Math.Clamp(
                Refusals.RetryAfter(response, TimeProvider.System)?.Ticks ?? 0, s_shortestPause.Ticks, s_longestPause.Ticks))
            : null;

    /// <summary>Reads the answer to its end.</summary>
    public Task<ClusterResponse> ReadAsync() => ClusterResponse.ReadAsync(request, response, limit.Token);

    /// <inheritdoc/>
    public void Dispose()
    {
        response.Dispose();
        request.Dispose();
        limit.Dispose();
    }
}
