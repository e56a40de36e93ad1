using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Reporting.Markdown;

namespace Airgap.Publishing;

/// <summary>The outputs of earlier publishes that a failed publish leaves in place, and the report of the failure.</summary>
internal static class FailedPublish
{
    /// <summary>The outputs that an earlier publish may have left: the reports first, then the files that a cluster would apply.</summary>
    /// <param name="settings">The project's settings.</param>
    /// <param name="isDry">True for a dry run, which writes its plan alone.</param>
    /// <param name="list">The list of what earlier publishes wrote; null for none.</param>
    public static IEnumerable<string> OutputsOf(PublishSettings settings, bool isDry, string? list)
    {
        string folder = settings.FullOutputPath;
        if (isDry)
            return [Path.Combine(folder, PlanWriter.FileName)];
        string[] named = [settings.Archive, settings.Receipt, SummaryTarget.IsOff(settings.Summary) ? "" : settings.Summary];
        return
        [
            Path.Combine(folder, RelocationReportWriter.FileName),
            Path.Combine(folder, RelocationPage.FileName),
            .. named.Where(path => path.Length > 0).Select(settings.FullPath).Where(path => !Directory.Exists(path)),
            .. new PublishedFileList(list).Earlier.Keys.Where(path => Path.GetFileName(path) != PlanWriter.FileName),
        ];
    }

    /// <summary>The report of a publish without a result.</summary>
    /// <param name="settings">The project's settings.</param>
    /// <param name="run">The run.</param>
    public static ReportModel ModelOf(PublishSettings settings, FailedRun run) => run.ToModel(
        settings.ProjectName.Length > 0 ? settings.ProjectName : Path.GetFileName(settings.ProjectDirectory), [],
        new[] { settings.Registry, settings.Archive }.Where(text => text.Length > 0));
}
