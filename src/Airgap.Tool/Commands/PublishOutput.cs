using Airgap.Publishing;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Reporting.Markdown;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Transfers;

namespace Airgap.Tool.Commands;

/// <summary>Shows what <c>publish</c> did. The JSON document covers all projects of a solution together.</summary>
internal sealed class PublishOutput
{
    private readonly List<PublishedItem> _published = [];

    /// <summary>Shows a project's result.</summary>
    public void Show(PublishResult result, Session session)
    {
        _published.AddRange(result.Items);
        session.Report.Summary = session.Report.Summary is { } before ? $"{before}; {result.Summary}" : result.Summary;
        session.Report.Items = [.. _published.SelectMany(item => item.Result.Items).Select(ReportImage.Of)];
        session.Report.Totals = WorkTotals.Of(_published.SelectMany(item => item.Result.Everywhere));
        (session.Report.Files ??= []).AddRange(result.Files.Select(file => new ReportFile(file.Path, JsonName(file.Kind))));
        foreach (PublishedItem item in result.Items)
        {
            foreach (string line in CopyResultText.Lines(item.Result))
                session.WriteResult(line);
        }

        foreach (PublishedFile file in result.Files)
            session.WriteResult(Shown(file.Path));
        if (result.Lock is { IsNone: false } changed)
        {
            session.Report.Files.Add(new ReportFile(changed.Path, "projectLock"));
            session.WriteResult($"{Shown(changed.Path)}: {changed}");
        }

        if (result.Summary.Length > 0)
            session.WriteResult(result.Summary);
    }

    /// <summary>If the publish fails, the Markdown summary states the failure.</summary>
    public static void ExpectFailure(PublishSettings settings, SummaryTarget? target, Session session)
    {
        if (!settings.DryRun)
            session.Failed.Report = run => SummarizeAsync(
                target, FailedPublish.ModelOf(settings, run), settings, session, CancellationToken.None);
    }

    /// <summary>Writes the Markdown summary, and warns if its file was another project's.</summary>
    public static Task SummarizeAsync(
        SummaryTarget? target, ReportModel model, PublishSettings settings, Session session, CancellationToken cancellationToken) =>
        OutputOwner.WatchAsync(target?.File is { } file ? Path.GetFullPath(file) : null, settings, session.Warn, async () =>
        {
            await ReportRequest.WriteSummaryAsync(target, model, session, cancellationToken);
            return true;
        });

    private static string Shown(string path) =>
        Path.GetRelativePath(Environment.CurrentDirectory, path) is { } near
            && !near.StartsWith("..", StringComparison.Ordinal) ? near : path;

    private static string JsonName(PublishedFileKind kind) => kind switch
    {
        PublishedFileKind.PackageRepository => "packageRepository",
        PublishedFileKind.Lock => "lock",
        PublishedFileKind.Kustomization => "kustomization",
        PublishedFileKind.Report => "report",
        PublishedFileKind.Page => "page",
        PublishedFileKind.Signature or PublishedFileKind.ReportSignature => "signature",
        PublishedFileKind.Secret => "secret",
        PublishedFileKind.SecretExport => "secretExport",
        PublishedFileKind.Namespace => "namespace",
        PublishedFileKind.GitOps => "gitOps",
        _ => "archive",
    };
}
