using Airgap.Publishing.Reporting;
using Airgap.Transfer.Files;
using Airgap.Transfer.Transfers;

namespace Airgap.Tool.Output;

/// <summary>The result of a relocation, as text and in the report.</summary>
internal static class CopyResultText
{
    /// <summary>The destination by digest on the first line, the summary on the second.</summary>
    public static IEnumerable<string> Lines(TransferResult result)
    {
        yield return Reference(result) ?? result.Destination.ToString()!;
        string[] parts = [.. Parts(WorkTotals.Of(result))];
        yield return $"{CountText.Count(result.Items.Length, "image")} from {result.Plan.Source}: " +
            $"{(parts.Length == 0 ? "no blobs" : string.Join(", ", parts))}, in {TimeText.Format(result.Elapsed)}";
        if (result.Plan.Delta is { } delta)
            yield return $"A delta: {CountText.Count(delta.Required.Length, "layer")} ({ByteSize.Format(delta.RequiredBytes)}) left to " +
                $"{string.Join(", ", delta.Bases.Select(known => known.Name))}";
    }

    /// <summary>The outcomes for blobs; nothing without blobs.</summary>
    public static IEnumerable<string> Parts(WorkTotals done) =>
        new[] { (done.Copied, "copied"), (done.Mounted, "mounted"), (done.Present, "already there") }
            .Where(part => part.Item1.Count > 0)
            .Select(part => $"{CountText.Count(part.Item1.Count, "blob")} {part.Item2} ({ByteSize.Format(part.Item1.Bytes)})");

    /// <summary>The root's reference by digest; null in an archive, or without a root.</summary>
    public static string? Reference(TransferResult result) => result.Root?.Destination?.ToString();

    /// <summary>Fills the report from the relocations of one command.</summary>
    public static void Fill(Report report, IReadOnlyList<TransferResult> results)
    {
        Fill(report, results[0]);
        if (results.Count == 1)
            return;
        report.Source = string.Join(", ", results.Select(result => result.Plan.Source.ToString()).Distinct());
        report.Destination = string.Join(", ", results.Select(result => result.Destination.ToString()));
        report.Reference = null;
        report.ElapsedSeconds = Math.Round(results.Sum(result => result.Elapsed.TotalSeconds), 3);
        report.Retries = results.Sum(result => result.Retries);
        report.Items = [.. results.SelectMany(result => result.Items).Select(item => ReportImage.Of(item).Named(item))];
        report.Totals = WorkTotals.Of(results);
        report.PlainHttp = PlainHttpHosts.Of(results);
    }

    /// <summary>Fills the report.</summary>
    public static void Fill(Report report, TransferResult result)
    {
        report.Source = result.Plan.Source.ToString();
        report.Destination = result.Destination.ToString();
        report.Reference = result.IsComplete ? Reference(result) : null;
        report.ElapsedSeconds = Math.Round(result.Elapsed.TotalSeconds, 3);
        report.Retries = result.Retries;
        report.Items = [.. result.Items.Select(item => ReportImage.Of(item).Named(item))];
        report.Totals = WorkTotals.Of(result);
        report.PlainHttp = PlainHttpHosts.Of([result]);
        report.Delta = result.Plan.Delta is { } delta ? ReportDelta.Of(delta) : null;
    }
}
