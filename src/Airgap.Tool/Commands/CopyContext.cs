using System.Collections.Immutable;
using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Gating;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Trusting;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Trust.Signers;
using Airgap.Trust.Signing;

namespace Airgap.Tool.Commands;

/// <summary>One run of <c>copy</c>: what was read from its command line before the first request.</summary>
/// <param name="Parsed">The command line.</param>
/// <param name="Flags">The flags for the source, the destination and how to copy.</param>
/// <param name="Signing">The flags about signatures.</param>
/// <param name="Dry">The flags of a dry run.</param>
/// <param name="Request">The source and the destination.</param>
/// <param name="Session">Receives the output.</param>
/// <param name="Registry">The registries.</param>
internal sealed record CopyContext(
    ParseResult Parsed, CopyFlags Flags, CopySigning Signing, DryRunFlags Dry, CopyRequest Request, Session Session,
    RegistryClient Registry)
{
    /// <summary>The destination of each item; empty for one destination of everything.</summary>
    public required IReadOnlyList<ArchiveMapEntry> Map { get; init; }

    /// <summary>The required signers; null for none.</summary>
    public required TrustRule? Rule { get; init; }

    /// <summary>Signs what is written; null for nothing.</summary>
    public required SigningKey? Key { get; init; }

    /// <summary>The approval required before anything moves; null for none.</summary>
    public required Gate? Gate { get; init; }

    private ImmutableArray<TransferPlan>? _earlier;

    /// <summary>How the plan is made.</summary>
    public PlanOptions PlanOptions => Flags.PlanOptions(Parsed, Request, Session) with
    {
        EarlierPlans = _earlier ??= Flags.EarlierPlans(Parsed, Registry)
    };

    /// <summary>The options of a plan that must be complete: unreadable content ends planning.</summary>
    public PlanOptions WholePlanOptions => PlanOptions with { KeepGoing = false };

    /// <summary>How the plan is carried out.</summary>
    public TransferOptions TransferOptions => Flags.TransferOptions(Parsed);

    /// <summary>A source as in a plan's document.</summary>
    public static string KindOf(RelocationSource source) =>
        source is RelocationSource.Several ? "archive" : source.GetType().Name.ToLowerInvariant();

    /// <summary>
    /// Opens uploads during planning; null if something may forbid the transfer or change the plan after that. To be disposed of after
    /// the run.
    /// </summary>
    public UploadsAhead? OpenAhead() =>
        Request is { Source: RelocationSource.Bundle, Destination: RelocationDestination.Repository, Template: null }
            && Request.Selection.IsEmpty && Rule is null && Gate is null && !Session.IsDry && Map.Count == 0 && !PlanOptions.KeepGoing
            ? new UploadsAhead() : null;

    /// <summary>Starts the verification of the source archive; null if no signature is required.</summary>
    public Task<SignedBy>? Admit(CancellationToken cancellationToken) => Signing.Admit(Parsed, Request.Source, cancellationToken);

    /// <summary>Records the selection.</summary>
    public Task<SelectedSource> SelectAsync(ConsoleObserver observer, CancellationToken cancellationToken) =>
        SelectedSource.CreateAsync(
            Request.Source, Request.Destination, Request.Selection, Registry, observer, Flags.Concurrency(Parsed),
            Session, cancellationToken);

    /// <summary>Shows a dry run's plan.</summary>
    public Task ShowAsync(PlanDocument plan, CancellationToken cancellationToken)
    {
        if (Gate is not null)
            Session.Warn(Gate.NotInDryRun);
        return Dry.ShowAsync(Parsed, plan, Session, cancellationToken);
    }

    /// <summary>Signs what was written.</summary>
    public Task SignAsync(TransferResult result, CancellationToken cancellationToken) =>
        Signing.SignAsync(Parsed, Key, result, Registry, Session, cancellationToken);

    /// <summary>Writes the requested receipt, and signs it.</summary>
    public async Task WriteReceiptAsync(IReadOnlyList<TransferResult> results, CancellationToken cancellationToken)
    {
        string? receipt = await Flags.Delta.WriteReceiptAsync(Parsed, results, Session, cancellationToken);
        await Signing.SignReceiptAsync(Parsed, Key, receipt, results, Session, cancellationToken);
    }

    /// <summary>Reports failures.</summary>
    /// <returns>The exit code.</returns>
    public int Fail(TransferResult result)
    {
        foreach (Diagnostic failure in IncompleteRelocation.Describe(result, location: null))
            Session.Fail(failure);
        return 1;
    }

    /// <summary>If this run fails, the requested reports state the failure.</summary>
    /// <param name="results">The results so far; later results are added to it.</param>
    public void ReportFailure(IReadOnlyCollection<TransferResult> results) => Session.Failed.Report = run =>
        results.Count > 0 ? ReportAsync([.. results], run.Failures, CancellationToken.None)
            : WriteAsync(
                run.ToModel(Request.Source.ToString()!, [Request.Source.ToString()!], [Request.Destination.ToString()!]),
                CancellationToken.None);

    /// <summary>Writes the requested reports.</summary>
    public Task ReportAsync(IReadOnlyList<TransferResult> results, CancellationToken cancellationToken) =>
        ReportAsync(results, [], cancellationToken);

    private async Task ReportAsync(
        IReadOnlyList<TransferResult> results, ImmutableArray<Diagnostic> failures, CancellationToken cancellationToken)
    {
        ReportBuilder builder = new();
        foreach (TransferResult result in results)
        {
            builder.Add(result);
            builder.AddWarnings(result.Warnings);
            if (!result.IsComplete)
                builder.AddFailures(IncompleteRelocation.Describe(result, location: null));
        }

        builder.AddFailures(failures);
        builder.Add(Session.Report.Derived);
        builder.AddSignatures(Session.Report.Signatures ?? []);
        await WriteAsync(builder.Build(retries: Registry.Statistics.Retries), cancellationToken);
        Session.Failed.Report = null;
    }

    // Under imgpkg's name, the tool writes only what imgpkg would write.
    private async Task WriteAsync(ReportModel model, CancellationToken cancellationToken)
    {
        ReportRequest report = new(Flags.Report(Parsed), Flags.Summary(Parsed), Detects: !Session.Identity.IsImgpkg);
        if (report.IsWanted)
            await report.WriteAsync(model, Session, cancellationToken);
    }
}
