
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Tool.Output;

/// <summary>What a finished relocation says, to people and in the report.</summary>
internal static class CopyResultText
{
    /// <summary>The destination by digest on the first line, what was done on the second.</summary>
    public static IEnumerable<string> Lines(TransferResult result)
    {
        yield return Reference(result) ?? result.Destination.ToString()!;
        List<string> parts = [];
        foreach ((BlobOutcome outcome, string verb) in new[] { (BlobOutcome.Copied, "copied"), (BlobOutcome.Mounted, "mounted"), (BlobOutcome.Present, "already there") })
        {
            ReportTotal total = Total(result, outcome);
            if (total.Blobs > 0)
                parts.Add($"{Amounts.Count(total.Blobs, "blob")} {verb} ({ByteSize.Format(total.Bytes)})");
        }

        yield return $"{Amounts.Count(result.Items.Length, "image")} from {result.Plan.Source}: {(parts.Count == 0 ? "no blobs" : string.Join(", ", parts))}, in {Amounts.Text(result.Elapsed)}";
    }

    /// <summary>The root's place by digest; null in an archive, or without a root.</summary>
    public static string? Reference(TransferResult result) => result.Root?.Destination?.ToString();

    /// <summary>Fills the report.</summary>
    public static void Fill(Report report, TransferResult result)
    {
        report.Source = result.Plan.Source.ToString();
        report.Destination = result.Destination.ToString();
        report.Reference = result.IsComplete ? Reference(result) : null;
        report.ElapsedSeconds = Math.Round(result.Elapsed.TotalSeconds, 3);
        report.Retries = result.Retries;
        report.Items = [.. result.Items.Select(Item)];
        report.Totals = new VerbReportTotals(Total(result, BlobOutcome.Copied), Total(result, BlobOutcome.Mounted), Total(result, BlobOutcome.Present));
    }

    /// <summary>An item as the report has it.</summary>
    public static VerbReportItem Item(RelocatedItem relocated)
    {
        PlannedItem item = relocated.Item;
        return new VerbReportItem(
            item.Source.ToString(),
            relocated.Destination?.ToString(),
            item.Digest.ToString(),
            item.Content.Manifest.Descriptor.MediaType,
            item.Size,
            relocated.Outcome.ToString().ToLowerInvariant(),
            item.IsBundle ? "bundle" : item.Content.Manifest.IsIndex ? "index" : "image",
            relocated.Tags);
    }

    // An archive's configs stand in its manifest.json: nobody carried them, and to call them present would be odd.
    private static ReportTotal Total(TransferResult result, BlobOutcome outcome)
    {
        HashSet<Digest>? layers = result.Destination is RelocationDestination.Archive
            ? [.. result.Plan.Items.SelectMany(item => item.Content.SelfAndDescendants()).SelectMany(node => node.Manifest.Layers).Select(layer => layer.Digest)]
            : null;
        RelocatedBlob[] blobs = [.. result.Blobs.Where(blob => blob.Outcome == outcome && (layers is null || layers.Contains(blob.Descriptor.Digest)))];
        return new ReportTotal(blobs.Length, blobs.Sum(blob => blob.Descriptor.Size));
    }
}
