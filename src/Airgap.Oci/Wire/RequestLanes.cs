using System.Collections.Concurrent;

namespace Airgap.Oci.Wire;

/// <summary>The lanes of all hosts.</summary>
internal sealed class RequestLanes(RegistryOptions options, RequestTrace trace)
{
    private readonly ConcurrentDictionary<(string Host, LimitedKind Kind), RequestLane> _lanes = new();

    /// <summary>Waits for the turn of a request; null where requests are not limited.</summary>
    /// <param name="host">The host, with its port.</param>
    /// <param name="kind">The kind of request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<RequestLane.Turn?> EnterAsync(string host, RequestKind kind, CancellationToken cancellationToken) =>
        LimitedKinds.Of(kind) is { } limited ? await Of(host, limited).EnterAsync(cancellationToken) : null;

    private RequestLane Of(string host, LimitedKind kind) =>
        _lanes.GetOrAdd((host, kind), key => new RequestLane(key.Host, key.Kind, options, Tell));

    private void Tell(string text)
    {
        trace.Note(text);
        options.Notice?.Invoke(text);
    }
}
