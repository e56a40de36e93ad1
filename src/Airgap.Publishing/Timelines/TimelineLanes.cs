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
    private readonly Dictionary<TimelineGroup, List<Stack<Activity>>> _groups = [];

    /// <summary>The row of the run itself.</summary>
    public static TimelineLane Run { get; } = new(TimelineGroup.Phases, 0);

    /// <summary>Assigns a row to a starting span.</summary>
    public void Enter(Activity activity)
    {
        lock (_lock)
        {
            TimelineLane lane = Below(activity) ?? Free(GroupOf(activity));
            _groups[lane.Group][lane.Row].Push(activity);
            activity.SetCustomProperty(Property, lane);
        }
    }

    /// <summary>Frees the row of a stopped span.</summary>
    /// <returns>Its row; null for a span without one.</returns>
    public TimelineLane? Leave(Activity activity)
    {
        if (activity.GetCustomProperty(Property) is not TimelineLane lane)
            return null;
        lock (_lock)
        {
            Stack<Activity> row = _groups[lane.Group][lane.Row];
            // A child that outlives its parent keeps the row until both have stopped.
            while (row.TryPeek(out Activity? top) && (ReferenceEquals(top, activity) || top.IsStopped))
                row.Pop();
        }

        return lane;
    }

    private TimelineLane? Below(Activity activity) =>
        GroupOf(activity) is TimelineGroup.Requests && activity.Parent?.GetCustomProperty(Property) is TimelineLane lane
        && lane.Group is TimelineGroup.Blobs or TimelineGroup.Manifests
        && _groups[lane.Group][lane.Row].TryPeek(out Activity? top) && ReferenceEquals(top, activity.Parent)
            ? lane : null;

    private TimelineLane Free(TimelineGroup group)
    {
        if (!_groups.TryGetValue(group, out List<Stack<Activity>>? rows))
            _groups.Add(group, rows = group == TimelineGroup.Phases ? [new Stack<Activity>(), new Stack<Activity>()] : []);
        // The first row of the phases is the run's own.
        int first = group == TimelineGroup.Phases ? 1 : 0;
        int free = rows.FindIndex(first, row => row.Count == 0);
        if (free < 0)
        {
            free = rows.Count;
            rows.Add(new Stack<Activity>());
        }

        return new TimelineLane(group, free);
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
