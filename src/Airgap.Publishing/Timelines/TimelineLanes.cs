using System.Diagnostics;

namespace Airgap.Publishing.Timelines;

/// <summary>A row of the timeline.</summary>
/// <param name="Group">The group of rows, shown as a process.</param>
/// <param name="Row">The row in the group, shown as a thread; 0 or more.</param>
internal sealed record TimelineLane(TimelineGroup Group, int Row);

/// <summary>The groups of rows, in the order in which they are shown.</summary>
internal enum TimelineGroup
{
    /// <summary>The run and its phases.</summary>
    Phases = 1,

    /// <summary>Images, from the first blob to the manifest.</summary>
    Images,

    /// <summary>Blobs, with their requests and waits.</summary>
    Blobs,

    /// <summary>PUTs of manifests.</summary>
    Manifests,

    /// <summary>Requests and waits that belong to none of these.</summary>
    Requests,
}

/// <summary>
/// Assigns each span a row. A span is nested in its parent's row if the parent is the last span there; otherwise it takes the first free
/// row of its group, so that spans of a row never overlap. Thread-safe.
/// </summary>
internal sealed class TimelineLanes
{
    private const string Property = "airgap.lane";

    private readonly Lock _lock = new();
    private readonly Dictionary<TimelineGroup, List<Row>> _groups = [];

    /// <summary>The row of the run itself.</summary>
    public static TimelineLane Run { get; } = new(TimelineGroup.Phases, 0);

    /// <summary>Assigns a row to a starting span.</summary>
    public void Enter(Activity activity)
    {
        lock (_lock)
        {
            TimelineLane lane = Below(activity) ?? Free(activity);
            _groups[lane.Group][lane.Row].Open.Push(activity);
            activity.SetCustomProperty(Property, lane);
        }
    }

    /// <summary>
    /// Frees the row of a stopped span. A span that outlives its parent, such as the wait of a cancelled transfer, moves to a row of its
    /// own: Perfetto omits a span that reaches beyond the one around it.
    /// </summary>
    /// <param name="activity">The span.</param>
    /// <param name="shown">Its duration, up to the end of a child that ended later, but was reported first.</param>
    /// <returns>Its row; null for a span without one.</returns>
    public TimelineLane? Leave(Activity activity, out TimeSpan shown)
    {
        shown = activity.Duration;
        if (activity.GetCustomProperty(Property) is not TimelineLane lane)
            return null;
        lock (_lock)
        {
            Row row = _groups[lane.Group][lane.Row];
            DateTime end = activity.StartTimeUtc + activity.Duration;
            if (row.Open.SkipWhile(above => !ReferenceEquals(above, activity)).Skip(1).Any(row.Left.Contains))
            {
                lane = Free(activity);
                _groups[lane.Group][lane.Row].End = end;
            }
            else
            {
                row.End = end > row.End ? end : row.End;
                shown = row.End - activity.StartTimeUtc;
            }

            row.Left.Add(activity);
            // A child that outlives its parent keeps the row until both have left.
            while (row.Open.TryPeek(out Activity? top) && row.Left.Remove(top))
                row.Open.Pop();
        }

        return lane;
    }

    private TimelineLane? Below(Activity activity) =>
        GroupOf(activity) is TimelineGroup.Requests && activity.Parent?.GetCustomProperty(Property) is TimelineLane lane
        && lane.Group is TimelineGroup.Blobs or TimelineGroup.Manifests
        && _groups[lane.Group][lane.Row] is { } row && row.Open.TryPeek(out Activity? top) && ReferenceEquals(top, activity.Parent)
        && row.End <= activity.StartTimeUtc
            ? lane : null;

    private TimelineLane Free(Activity activity)
    {
        TimelineGroup group = GroupOf(activity);
        if (!_groups.TryGetValue(group, out List<Row>? rows))
            _groups.Add(group, rows = group == TimelineGroup.Phases ? [new Row(), new Row()] : []);
        // The first row of the phases is the run's own.
        int first = group == TimelineGroup.Phases ? 1 : 0;
        int free = rows.FindIndex(first, row => row.Open.Count == 0 && row.End <= activity.StartTimeUtc);
        if (free < 0)
        {
            free = rows.Count;
            rows.Add(new Row());
        }

        return new TimelineLane(group, free);
    }

    private sealed class Row
    {
        public Stack<Activity> Open { get; } = [];

        // Of the open ones, those that have stopped.
        public HashSet<Activity> Left { get; } = [];

        // A wait before a retry has its end when it begins, and threads report starts and stops late.
        public DateTime End { get; set; }
    }

    private static TimelineGroup GroupOf(Activity activity) => activity.OperationName switch
    {
        "plan" or "transfer" or "complete" => TimelineGroup.Phases,
        "image" => TimelineGroup.Images,
        "blob" => TimelineGroup.Blobs,
        "manifest" => TimelineGroup.Manifests,
        _ => TimelineGroup.Requests,
    };
}
