using System.Diagnostics;

namespace Airgap.Publishing.Timelines;

/// <summary>Collects a bounded part of a timeline for the report. Thread-safe.</summary>
internal sealed class TimelineSummary
{
    private const int MostImages = 25;
    private const int MostPhases = 60;

    private readonly Lock _lock = new();
    private readonly List<TimelineBar> _phases = [];
    private readonly PriorityQueue<TimelineBar, TimeSpan> _images = new();
    private readonly Dictionary<string, TimeSpan> _waits = new(StringComparer.Ordinal);
    private int _dropped;

    /// <summary>Adds a stopped span.</summary>
    public void Add(Activity span, DateTime origin)
    {
        TimelineBar Bar(string name, long size) => new(
            name, span.StartTimeUtc - origin, span.Duration, size, span.Status == ActivityStatusCode.Error);
        lock (_lock)
        {
            switch (span.OperationName)
            {
                case "plan" or "transfer" or "complete":
                    if (_phases.Count < MostPhases)
                        _phases.Add(Bar(span.OperationName, 0));
                    break;
                case "image":
                    _images.Enqueue(Bar(span.GetTagItem("container.image.name") as string ?? "", SizeOf(span)), span.Duration);
                    if (_images.Count > MostImages)
                    {
                        _images.Dequeue();
                        _dropped++;
                    }

                    break;
                case "wait" when span.GetTagItem("airgap.wait.reason") is string reason:
                    _waits[reason] = _waits.GetValueOrDefault(reason) + span.Duration;
                    break;
            }
        }
    }

    /// <summary>The part collected so far.</summary>
    public TimelineModel ToModel(TimeSpan elapsed)
    {
        lock (_lock)
            return new TimelineModel(
                elapsed, [.. _phases.OrderBy(bar => bar.Start)],
                [.. _images.UnorderedItems.Select(item => item.Element).OrderBy(bar => bar.Start)
                    .ThenBy(bar => bar.Name, StringComparer.Ordinal)],
                _dropped, [.. _waits.OrderByDescending(pair => pair.Value).Select(pair => (pair.Key, pair.Value))]);
    }

    private static long SizeOf(Activity span) => span.GetTagItem("airgap.image.size") is long size ? size : 0;
}
