using System.Text;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Reporting.Html;
using Airgap.Publishing.Reporting.Markdown;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Files;

namespace Airgap.Tool.Commands;

/// <summary>The human-readable reports requested from a command.</summary>
/// <param name="Page">The page to write; null for none.</param>
/// <param name="Summary">The Markdown file, <c>none</c> to write none; null when not given.</param>
/// <param name="Detects">True to also write the job summary of a CI system found in the environment.</param>
internal sealed record ReportRequest(string? Page, string? Summary, bool Detects)
{
    private readonly SummaryTarget? _target = SummaryTarget.Find(Summary ?? "", Detects, Environment.GetEnvironmentVariable);

    /// <summary>True when there is something to write.</summary>
    public bool IsWanted => Page is not null || _target is not null;

    /// <summary>Writes the requested reports.</summary>
    /// <exception cref="Airgap.Oci.AirgapException">3xxx: a file that was requested by name.</exception>
    public async Task WriteAsync(ReportModel model, Session session, CancellationToken cancellationToken)
    {
        if (Page is not null)
        {
            await AtomicFile.WriteAsync(Page, Encoding.UTF8.GetBytes(HtmlReport.Write(model)), mode: null, cancellationToken);
            (session.Report.Files ??= []).Add(new ReportFile(Page, "page"));
        }

        await WriteSummaryAsync(_target, model, session, cancellationToken);
    }

    /// <summary>Writes only the Markdown.</summary>
    /// <exception cref="Airgap.Oci.AirgapException">3xxx: a file that was requested by name.</exception>
    public static async Task WriteSummaryAsync(
        SummaryTarget? target, ReportModel model, Session session, CancellationToken cancellationToken)
    {
        if (target is null)
            return;
        SummaryOutcome written = await target.WriteAsync(model, cancellationToken);
        if (written.Warning is { } warning)
            session.Warn(warning);
        if (written.Path is { } path)
            (session.Report.Files ??= []).Add(new ReportFile(path, "summary"));
        // With --json, standard output is one document; the CI agent reads both streams.
        if (written.Announcement is { } announcement)
            (session.Options.Json ? session.Terminal.Error : session.Terminal.Out).WriteLine(announcement);
    }
}
