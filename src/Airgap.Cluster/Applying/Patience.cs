using System.Diagnostics;
using Airgap.Cluster.Connecting;
using Airgap.Oci;

namespace Airgap.Cluster.Applying;

/// <summary>
/// Waits for a cluster that has answered before and no longer does: a server that restarts is back soon. An address that never answered
/// is wrong, and fails at once.
/// </summary>
internal sealed class Patience
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_starting = TimeSpan.FromSeconds(15);

    private long? _lastDown;

    /// <summary>True once the cluster has answered.</summary>
    public bool HasAnswered { get; set; }

    /// <summary>The longest wait for one request.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The first pause between two tries.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Sends a request, again and again until the cluster answers or the limit ends.</summary>
    /// <param name="send">Sends it; it must be safe to send twice.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="AirgapException">What the last try says.</exception>
    public async Task<ClusterResponse> SendAsync(Func<Task<ClusterResponse>> send, CancellationToken cancellationToken)
    {
        Polling polling = new(Limit, FirstPause, s_longestPause);
        while (true)
        {
            try
            {
                ClusterResponse response = await send();
                HasAnswered = true;
                if (!MayPass(response) || !await polling.PauseAsync(cancellationToken))
                    return response;
            }
            catch (AirgapException down) when (down.Code == ErrorCode.ClusterUnreachable && HasAnswered)
            {
                _lastDown = Stopwatch.GetTimestamp();
                if (!await polling.PauseAsync(cancellationToken))
                    throw;
            }
        }
    }

    // A server that has just started does not know all users, rights and kinds yet.
    private bool MayPass(ClusterResponse response) =>
        _lastDown is { } down && Stopwatch.GetElapsedTime(down) < s_starting
        && response is ({ Status: 401 or 403 or >= 500 } or { Status: 404, Body: null });
}
