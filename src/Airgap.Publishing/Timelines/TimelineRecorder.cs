using System.Diagnostics;
using Airgap.Oci;

namespace Airgap.Publishing.Timelines;

/// <summary>
/// Writes the events of a run, as they happen, to a file for Perfetto and Chrome's tracing page. The file
/// appears under its name when the run ends, whether it succeeds or fails.
/// </summary>
/// <remarks>If the file cannot be completed, the run does not fail; a warning reports it.</remarks>
internal sealed class TimelineRecorder : IDisposable
{
    private readonly TimelineFile _file;
    private readonly TimelineLanes _lanes = new();
    private readonly TimelineArrows _arrows = new();
    private readonly TimelineSummary _summary = new();
    private readonly ActivityListener _listener;
    private readonly Activity _root;
    private bool _isConfirmed;
    private bool _isRefused;

    private static readonly AsyncLocal<TimelineRecorder?> s_current = new();

    private TimelineRecorder(TimelineFile file, string name)
    {
        _file = file;
        _file.Begin(name);
        Activity? parent = Activity.Current;
        _root = new Activity(name);
        _root.SetIdFormat(ActivityIdFormat.W3C);
        _root.Start();
        if (parent is not null)
            _root.ActivityTraceFlags = parent.ActivityTraceFlags;
        ActivityTraceId trace = _root.TraceId;
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name is "Airgap.Transfer" or "Airgap.Oci" or "System.Net.Http",
            // Other runs of this process do not belong to this file.
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.TraceId == trace ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            // A listener also receives the activities that another listener sampled.
            ActivityStarted = activity =>
            {
                if (activity.TraceId == trace)
                    _lanes.Enter(activity);
            },
            ActivityStopped = Stopped,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The recorder whose span encloses <see cref="Activity.Current"/>; null for none.</summary>
    public static TimelineRecorder? Current => s_current.Value;

    /// <summary>Allows writing the file: the run's outputs were compared with its inputs.</summary>
    public void Confirm() => _isConfirmed = true;

    /// <summary>Forbids writing the file: it may be an input or another output of the run.</summary>
    public void Refuse() => _isRefused = true;

    /// <summary>
    /// Records a run. The file is written only if it was allowed and never forbidden, so that it does not replace a file that belongs
    /// to something else.
    /// </summary>
    /// <param name="path">The file; null or empty to record nothing.</param>
    /// <param name="name">The run's name.</param>
    /// <param name="warn">Receives a warning if the file was not written.</param>
    /// <param name="run">The run.</param>
    /// <param name="written">Called after the file was written.</param>
    /// <exception cref="AirgapException">3xxx: the path cannot be written; or a failure of the run.</exception>
    public static async Task<T> RecordAsync<T>(
        string? path, string name, Action<Diagnostic> warn, Func<Task<T>> run, Action? written = null)
    {
        if (string.IsNullOrEmpty(path))
            return await run();
        using TimelineRecorder recorder = new(TimelineFile.Create(path), name);
        s_current.Value = recorder;
        try
        {
            return await run();
        }
        finally
        {
            // A failed run is the most interesting one.
            if (recorder is { _isConfirmed: true, _isRefused: false })
            {
                if (recorder.Complete() is { } problem)
                    warn(problem);
                else
                    written?.Invoke();
            }
        }
    }

    /// <summary>The timeline for the report, up to now.</summary>
    public TimelineModel Summarize() => _summary.ToModel(DateTime.UtcNow - _root.StartTimeUtc);

    /// <summary>Completes the file.</summary>
    /// <returns>A warning if it was not written; null otherwise.</returns>
    private Diagnostic? Complete()
    {
        _root.Stop();
        _listener.Dispose();
        _file.Write(TimelineEvent.Of(_root, TimelineLanes.Run, _root.StartTimeUtc), TimelineLanes.Run);
        return _file.Complete();
    }

    /// <summary>Ends an incomplete recording and removes its file.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        _root.Dispose();
        _file.Dispose();
    }

    private void Stopped(Activity activity)
    {
        if (activity.TraceId != _root.TraceId || _lanes.Leave(activity, out TimeSpan shown) is not { } lane)
            return;
        _summary.Add(activity, _root.StartTimeUtc);
        TimelineEvent own = TimelineEvent.Of(activity, lane, _root.StartTimeUtc) with { Duration = shown.TotalMicroseconds };
        _file.Write(own, lane);
        foreach (TimelineEvent end in _arrows.To(activity, own))
            _file.Write(end);
    }
}
