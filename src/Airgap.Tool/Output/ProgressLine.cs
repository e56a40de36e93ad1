using Airgap.Publishing.Metering;
using Airgap.Tool.Running;

namespace Airgap.Tool.Output;

/// <summary>
/// Writes the progress of a transfer to standard error. On a terminal: bars, redrawn ten times a second, one for the
/// whole and one for each of the largest blobs in progress. Without a terminal, or on one that only takes text: a line every
/// half minute, which names the slowest blob.
/// With <c>--json</c>, or under imgpkg's name without a terminal: nothing.
/// </summary>
internal sealed class ProgressLine : IDisposable
{
    private static readonly TimeSpan s_livePeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_quietPeriod = TimeSpan.FromSeconds(30);

    private const int Bars = 4;
    private const long SmallestBar = 1_000_000;

    private readonly Lock _gate = new();
    private readonly Session _session;
    private readonly ProgressMeter _meter;
    private readonly bool _live;
    private readonly ITimer? _timer;
    private bool _ended;

    /// <summary>Starts writing.</summary>
    public ProgressLine(Session session, ProgressMeter meter, TimeProvider clock)
    {
        _session = session;
        _meter = meter;
        _live = session.Terminal is { ErrorIsTerminal: true, IsDumb: false };
        // Redrawn lines would break up the output of a trace.
        if (session.Options.Json || session.Options.Debug || (session.Identity.IsImgpkg && !_live))
            return;
        TimeSpan period = _live ? s_livePeriod : s_quietPeriod;
        _timer = clock.CreateTimer(static state => ((ProgressLine)state!).Tick(), this, period, period);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        lock (_gate)
        {
            _ended = true;
            _session.Draw([]);
        }
    }

    // The timer's last callback may run during disposal: draw nothing after the end.
    private void Tick()
    {
        lock (_gate)
        {
            if (_ended)
                return;
            if (!_meter.HasTotals)
            {
                // A registry that accepts a request and does not answer can hold up the plan for minutes.
                if (!_live && _session.Phase is { Length: > 0 } phase)
                    _session.WriteError($"{_session.Report.Command}: still {phase}");
                return;
            }

            Progress whole = _meter.Whole();
            if (_live)
                Draw(whole);
            else
                _session.WriteError($"{_session.Report.Command}: {_meter.Line()}");
        }
    }

    private void Draw(Progress whole)
    {
        string command = $"{_session.Report.Command}: ";
        const string Indent = "  ";
        // The session leaves the screen's last column free.
        int width = _session.Terminal.Width - 1;
        _session.Draw([
            command + whole.Bar(width - command.Length),
            .. _meter.Largest(Bars, SmallestBar).Select(blob => Indent + blob.Bar(width - Indent.Length)),
        ]);
    }
}
