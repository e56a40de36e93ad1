using System.Diagnostics;

namespace Airgap.Publishing.Timelines;

/// <summary>
/// Draws an arrow from a blob or manifest to the manifest that waited longest for it. Content that the destination had before has no span,
/// so no arrow comes from it. Thread-safe.
/// </summary>
internal sealed class TimelineArrows
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TimelineEvent> _arrived = new(StringComparer.Ordinal);
    private long _count;

    /// <summary>Both ends of the arrow to a stopped span; nothing for most spans.</summary>
    /// <param name="span">The span.</param>
    /// <param name="own">Its event.</param>
    public IEnumerable<TimelineEvent> To(Activity span, TimelineEvent own)
    {
        TimelineEvent? source = null;
        long id = 0;
        lock (_lock)
        {
            if (span.GetTagItem("airgap.waited.for") is string waited && _arrived.TryGetValue(waited, out source))
                id = ++_count;
            if (span.OperationName is "blob" or "manifest" && span.GetTagItem("airgap.digest") is string digest)
                _arrived[digest] = own with { Facts = [] };
        }

        // Viewers attach an end to the event that began last in the row, so each end is where its own event begins, before the requests
        // in it. Perfetto then draws the arrow from the end of the first event.
        return source is null ? [] : [End("s", source, id), End("f", own, id)];
    }

    private static TimelineEvent End(string phase, TimelineEvent of, long id) =>
        of with { Phase = phase, Name = "needed", Category = "flow", Duration = null, Flow = id, Facts = [] };
}
