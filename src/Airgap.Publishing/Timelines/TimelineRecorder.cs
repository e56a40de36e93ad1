using System.Diagnostics;
using Airgap.Oci;

namespace Airgap.Publishing.Timelines;

/// <summary>
/// Writes what one run does over time to a file that Perfetto and Chrome's tracing page open, while it runs. The file
/// appears under its name when the run has ended, whether it succeeded or failed.
/// </summary>
/// <remarks>A file that cannot be completed is a warning: it never fails the run.</remarks>
internal sealed class TimelineRecorder : IDisposable
{
    private readonly TimelineFile _file;
    private readonly TimelineLanes _lanes = new();
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
            // Other runs of this process are none of this file's business.
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.TraceId == trace ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            // A listener also hears of what another one wanted.
            ActivityStarted = activity =>
            {
                if (activity.TraceId == trace)
                    _lanes.Enter(activity);
            },
            ActivityStopped = Stopped,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The recorder of the running code, as <see cref="Activity.Current"/> is its span; null for none.</summary>
    public static TimelineRecorder? Current => s_current.Value;

    /// <summary>The outputs of what runs were compared with its inputs: the file may be written.</summary>
    public void Confirm() => _isConfirmed = true;

    /// <summary>The file may be one that the run reads, or another output: it is not written.</summary>
    public void Refuse() => _isRefused = true;

    /// <summary>
    /// Records a run. The file is written only if it was confirmed and never refused, so that a name that belongs to something else
    /// replaces nothing.
    /// </summary>
    /// <param name="path">The file; null or empty to record nothing.</param>
    /// <param name="name">The run's name.</param>
    /// <param name="warn">Receives a warning when the file is not there at the end.</param>
    /// <param name="run">The run.</param>
    /// <param name="written">Called when this run has written the file.</param>
    /// <exception cref="AirgapException">3xxx: nothing can be written there; or the run's own.</exception>
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
            // A failed run is the one that is looked at.
            if (recorder is { _isConfirmed: true, _isRefused: false })
            {
                if (recorder.Complete() is { } problem)
                    warn(problem);
                else
                    written?.Invoke();
            }
        }
    }

    /// <summary>What a report draws, so far.</summary>
    public TimelineModel Summarize() => _summary.ToModel(DateTime.UtcNow - _root.StartTimeUtc);

    /// <summary>Completes the file.</summary>
    /// <returns>A warning when it is not there now; null otherwise.</returns>
    private Diagnostic? Complete()
    {
        _root.Stop();
        _listener.Dispose();
        _file.Write(TimelineEvent.Of(_root, TimelineLanes.Run, _root.StartTimeUtc));
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
        if (activity.TraceId != _root.TraceId || _lanes.Leave(activity) is not { } lane)
            return;
        _summary.Add(activity, _root.StartTimeUtc);
        foreach (TimelineEvent each in TimelineEvent.AllOf(activity, lane, _root.StartTimeUtc))
            _file.Write(each);
    }
}
