using Airgap.Tool.Running;

namespace Airgap.Tool.Output;

/// <summary>
/// Writes how far a relocation is to standard error: on a terminal one line that is drawn again ten times a second, without
/// one a line every five seconds; nothing with <c>--json</c>, nor under imgpkg's name without a terminal.
/// </summary>
internal sealed class ProgressLine : IDisposable
{
    private static readonly TimeSpan LivePeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan QuietPeriod = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Session _session;
    private readonly ProgressMeter _meter;
    private readonly bool _live;
    private readonly ITimer? _timer;
    private bool _ended;

    /// <summary>Begins to write.</summary>
    public ProgressLine(Session session, ProgressMeter meter, TimeProvider clock)
    {
        _session = session;
        _meter = meter;
        _live = session.Terminal.ErrorIsTerminal;
        // A trace would be torn apart by a line that is drawn over and over.
        if (session.Options.Json || session.Options.Debug || (session.Identity.IsImgpkg && !_live))
            return;
        TimeSpan period = _live ? LivePeriod : QuietPeriod;
        _timer = clock.CreateTimer(static state => ((ProgressLine)state!).Tick(), this, period, period);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        lock (_gate)
        {
            _ended = true;
            _session.Draw(null);
        }
    }

    // A timer's last call may come while it is disposed of: after the end nothing is drawn.
    private void Tick()
    {
        lock (_gate)
        {
            if (_ended || !_meter.HasTotals)
                return;
            string text = $"{_session.Report.Command}: {_meter.Text()}";
            if (_live)
                _session.Draw(text);
            else
                _session.WriteError(text);
        }
    }
}
