using System.Diagnostics;

namespace Airgap.Oci.Wire;

/// <summary>
/// Sends the trace context to registries only for a trace that is exported. A trace that is only written to a local file does not change
/// the requests.
/// </summary>
internal sealed class SampledTraces : DistributedContextPropagator
{
    private readonly DistributedContextPropagator _inner = Current;

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Fields => _inner.Fields;

    /// <inheritdoc/>
    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
        if (activity?.Recorded == true)
            _inner.Inject(activity, carrier, setter);
    }

    /// <inheritdoc/>
    public override void ExtractTraceIdAndState(
        object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) =>
        _inner.ExtractTraceIdAndState(carrier, getter, out traceId, out traceState);

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) =>
        _inner.ExtractBaggage(carrier, getter);
}
