using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>
/// A host's first request, sent beside the pings that find out its scheme, without credentials: if the host asks for none, it has its
/// response one round trip earlier.
/// </summary>
/// <param name="name">The host.</param>
/// <param name="request">A request that only reads.</param>
/// <param name="exchange">Sends it.</param>
internal sealed class OpeningRequest(string name, RegistryRequest request, Exchange exchange) : IDisposable
{
    private readonly Lock _lock = new();
    private Task<HttpResponseMessage>? _attempt;
    private bool _isOver;

    /// <summary>Sends it once.</summary>
    public Task<HttpResponseMessage> SendAsync(string scheme, CancellationToken cancellationToken)
    {
        Uri target = new(new Uri($"{scheme}://{name}/"), request.Target);
        WireRequest wire = new(request.Method, target, request.Kind, request.Operation)
        {
            Headers = request.Headers,
            IsBulk = request.IsBulk,
            FollowRedirects = false,
            IsTrial = true,
        };
        return exchange.SendAsync(wire, null, cancellationToken);
    }

    /// <summary>Keeps what came by the scheme that the host speaks, a response or a failure. Only this one counts.</summary>
    public void Keep(Task<HttpResponseMessage> attempt, Uri address)
    {
        exchange.Count(address, request.Kind);
        lock (_lock)
        {
            if (!_isOver)
            {
                _attempt = attempt;
                return;
            }
        }

        Discard(attempt);
    }

    /// <summary>What was kept, to be awaited and disposed by the caller; null if the request has to be sent.</summary>
    public Task<HttpResponseMessage>? Take()
    {
        lock (_lock)
        {
            // A redirect is checked and followed where requests are sent.
            if (_attempt is { IsCompletedSuccessfully: true, Result.StatusCode: var status } && (int)status is >= 300 and < 400)
                return null;
            Task<HttpResponseMessage>? taken = _attempt;
            _attempt = null;
            return taken;
        }
    }

    /// <summary>Gives up what was not taken, and what still comes.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            if (_attempt is { } unused)
                Discard(unused);
            _attempt = null;
        }
    }

    /// <summary>Disposes the response of an attempt that has ended, if it has one.</summary>
    public static void Discard(Task<HttpResponseMessage> attempt)
    {
        if (attempt.IsCompletedSuccessfully)
            attempt.Result.Dispose();
        else
            _ = attempt.Exception;
    }
}
