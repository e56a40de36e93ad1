using Airgap.Oci;
using Airgap.Publishing.Reporting;
using Airgap.Transfer.Files;

namespace Airgap.Tool.Running;

/// <summary>
/// What a failed command leaves under the names of its outputs: the reports that were asked for state the failure, and of every other
/// file that was there before it is told that this run did not write it.
/// </summary>
internal sealed class FailedOutputs
{
    private readonly Lock _gate = new();
    private readonly List<Diagnostic> _failures = [];
    private readonly List<Diagnostic> _warnings = [];

    /// <summary>How far the transfer is, in words; null before it begins.</summary>
    public Func<string>? Progress { get; set; }

    /// <summary>The command's outputs that were there before it.</summary>
    public EarlierOutputs Earlier { get; } = new();

    /// <summary>Writes the reports that were asked for about a failure; null for none, and once they are written.</summary>
    public Func<FailedRun, Task>? Report { get; set; }

    /// <summary>Adds a failure or a warning of the run.</summary>
    public void Add(Diagnostic diagnostic, bool isFailure)
    {
        lock (_gate)
            (isFailure ? _failures : _warnings).Add(diagnostic);
    }

    /// <summary>The run has its result, or another begins, as of the next project of a solution.</summary>
    public void Clear()
    {
        Report = null;
        Earlier.Clear();
        lock (_gate)
        {
            _failures.Clear();
            _warnings.Clear();
        }
    }

    /// <summary>Writes and tells, after a failure.</summary>
    public async Task TellAsync(Session session)
    {
        FailedRun run;
        lock (_gate)
            run = new([.. _failures], [.. _warnings], session.Phase, Progress?.Invoke());
        try
        {
            await (Report?.Invoke(run) ?? Task.CompletedTask);
        }
        catch (AirgapException e)
        {
            // The failure of the run stays the error.
            session.Warn(e.ToDiagnostic());
        }

        if (Earlier.Find((session.Report.Files ?? []).Select(file => file.Path), run.Failures) is { } earlier)
            session.Warn(earlier);
        Clear();
    }
}
