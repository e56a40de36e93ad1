using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Auditing;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Signing;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>Records the outcome of a publish in the project's log.</summary>
internal sealed class ProjectAudit(PublishSettings settings)
{
    /// <summary>Runs a publish and records its outcome, including failures.</summary>
    public async Task<PublishResult> NoteAsync(Func<Task<PublishResult>> publish, CancellationToken cancellationToken)
    {
        if (settings.AuditLog.Length == 0)
            return await publish();
        string log = settings.FullPath(settings.AuditLog);
        await AuditLog.CheckAsync(log, cancellationToken);
        UnfinishedRuns.Note note = UnfinishedRuns.Open(() => AppendAsync(log, AuditEntry.Interrupted, []));
        PublishResult result;
        try
        {
            result = await publish();
        }
        catch (Exception e)
        {
            if (note.TryTake())
                await AppendAsync(log, AuditEntry.OutcomeOf(e), []);
            throw;
        }

        if (!note.TryTake())
            return result;
        ImmutableArray<TransferResult> results = [.. result.Items.Select(item => item.Result)];
        try
        {
            await AppendAsync(log, result.Failures.IsEmpty
                ? "complete" : results.IsEmpty ? Diagnostic.FormatId(result.Failures[0].Code) : "incomplete", results, result);
            return result;
        }
        catch (AirgapException unrecorded) when (!result.Failures.IsEmpty)
        {
            // Reported beside the failures of the publish, which would otherwise remain unknown.
            return result with { Failures = result.Failures.Add(unrecorded.ToDiagnostic()) };
        }
    }

    /// <summary>
    /// Checks whether a publish to several destinations may begin, and does what comes before all of them. A refusal or a failure is
    /// recorded once; otherwise each destination records its own outcome.
    /// </summary>
    /// <param name="admit">Returns the result of a refused publish; null if the publish may begin.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<PublishResult?> NoteRefusalAsync(Func<Task<PublishResult?>> admit, CancellationToken cancellationToken)
    {
        if (settings.AuditLog.Length == 0)
            return await admit();
        string log = settings.FullPath(settings.AuditLog);
        await AuditLog.CheckAsync(log, cancellationToken);
        UnfinishedRuns.Note note = UnfinishedRuns.Open(() => AppendAsync(log, AuditEntry.Interrupted, []));
        PublishResult? refused;
        try
        {
            refused = await admit();
        }
        catch (Exception e)
        {
            if (note.TryTake())
                await AppendAsync(log, AuditEntry.OutcomeOf(e), []);
            throw;
        }

        // If the publish may begin, each destination opens its own note.
        if (note.TryTake() && refused is not null)
            await AppendAsync(log, Diagnostic.FormatId(refused.Failures[0].Code), []);
        return refused;
    }

    // An interrupted run is also recorded: by then the token of the publish is cancelled.
    // Of a publish with failures, the log also names the destinations and sources of what did not arrive completely.
    private async Task AppendAsync(string log, string outcome, ImmutableArray<TransferResult> results, PublishResult? whole = null)
    {
        ReportProvenance places = ReportProvenance.Of(results);
        string[] roots = [.. results.SelectMany(RelocationStatement.RootsOf)
            .Select(item => (item.Destination ?? item.Item.Source).ToString()).Distinct()];
        string[] to = whole is { Destinations.IsEmpty: false } ? [.. whole.Destinations]
            : [.. new[] { settings.Registry, settings.Archive }.Where(text => text.Length > 0)];
        string[] from = whole is { Sources.IsEmpty: false } ? [.. whole.Sources]
            : [.. new[] { settings.SourceArchive }.Where(text => text.Length > 0)];
        AuditEntry entry = new("publish", outcome, from, to, roots, places.Version,
            RunIdentity.Find(Environment.GetEnvironmentVariable, settings.RecordUser));
        await AuditLog.AppendAsync(log, entry, CancellationToken.None);
    }
}
