using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing;
using Airgap.Publishing.Auditing;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Reporting.Markdown;
using Airgap.Transfer.Files;

namespace Airgap.Build;

/// <summary>
/// What a failed or cancelled publish leaves: a summary that states the failure, a warning that names the outputs of earlier runs, and
/// the line of a run in its log that did not stop in time.
/// </summary>
/// <param name="log">Takes the warnings.</param>
/// <param name="settings">The project's settings.</param>
/// <param name="stage">The stage; only a whole publish and a finish write a summary.</param>
internal sealed class FailedBuild(BuildLog log, PublishSettings settings, PublishStage stage)
{
    private readonly UnfinishedRuns _runs = UnfinishedRuns.Begin();
    private readonly EarlierOutputs _earlier = new();
    private volatile bool _writesSummary;
    private ImmutableArray<string> _written = [];

    /// <summary>Notes the outputs that are there.</summary>
    /// <param name="list">The list of what earlier publishes wrote.</param>
    public void Begin(string list)
    {
        _earlier.Note(stage switch
        {
            PublishStage.Shard => [],
            PublishStage.Plan => settings.Plan.Length == 0 ? [] : [settings.FullPath(settings.Plan)],
            _ => FailedPublish.OutputsOf(settings, settings.DryRun, list),
        });
    }

    /// <summary>Allows a summary of a failure: the outputs were compared with the inputs.</summary>
    public void Confirm() => _writesSummary = !settings.DryRun && stage is PublishStage.Whole or PublishStage.Finish;

    /// <summary>Writes the summary of a run that has a result.</summary>
    public async Task SummarizeAsync(PublishResult result, CancellationToken cancellationToken)
    {
        // Written, even where the content stayed the same.
        _written = [.. result.Files.Select(file => file.Path)];
        if (result.Model is not { } model || SummaryTarget.Of(settings, Environment.GetEnvironmentVariable) is not { } target)
            return;
        _writesSummary = false;
        SummaryOutcome written = await WriteAsync(target, model, cancellationToken);
        if (written.Warning is { } warning)
            log.Warning(warning);
        // The CI agent reads the console, and looks for its command anywhere in a line. Console loggers show this from
        // -v:minimal on, their default.
        if (written.Announcement is { } announcement)
            log.Announce(announcement);
    }

    /// <summary>Writes and tells, after a failure.</summary>
    public async Task TellAsync()
    {
        ImmutableArray<Diagnostic> failures = [.. log.Errors, .. log.Raised];
        if (failures.IsEmpty)
            failures = [new Diagnostic(ErrorCode.Canceled, "The run was interrupted.", "")];
        await Attempt(_runs.WriteAsync);
        if (_writesSummary && SummaryTarget.Of(settings, Environment.GetEnvironmentVariable) is { } target)
            await Attempt(async () =>
            {
                SummaryOutcome written = await WriteAsync(
                    target, FailedPublish.ModelOf(settings, new FailedRun(failures, log.Warnings, Phase: null, Progress: null)),
                    CancellationToken.None);
                if (written.Announcement is { } announcement)
                    log.Announce(announcement);
            });
        if (_earlier.Find(_written, failures) is { } earlier)
            log.Warning(earlier);
    }

    private Task<SummaryOutcome> WriteAsync(SummaryTarget target, ReportModel model, CancellationToken cancellationToken) =>
        OutputOwner.WatchAsync(target.File, settings, log.Warning, () => target.WriteAsync(model, cancellationToken));

    // The failure of the run stays the error.
    private async Task Attempt(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (AirgapException e)
        {
            log.Warning(e.ToDiagnostic());
        }
    }
}
