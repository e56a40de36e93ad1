using Airgap.Oci.Content;
using Airgap.Publishing.Reporting;
using Airgap.Transfer.Files;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Forecasts;

/// <summary>Summarises in one line what would be done.</summary>
internal static class PlanSummary
{
    /// <summary>
    /// Such as <c>2 bundles: 1 to copy (12.3 MB), 1 up to date</c>, or <c>1 bundle to 3 destinations: 3 to copy (12.3 MB)</c>. Bytes count
    /// once for each destination.
    /// </summary>
    public static string Create(IReadOnlyList<ForecastItem> items)
    {
        if (items.Count == 0)
            return PublishSummary.NothingMoved;
        // Several registries, and the further repositories of a template, have an item each for what the project declares once.
        (string Kind, string Include)[] declared = [.. items.Select(item => (item.Kind, item.Include)).Distinct()];
        string kinds = string.Join(", ", declared.GroupBy(item => item.Kind)
            .Select(group => $"{group.Count()} {group.Key}{(group.Count() == 1 ? "" : "s")}"))
            + (declared.Length == items.Count ? "" : $" to {items.Count} destinations");
        ForecastItem[] copied = [.. items.Where(item => item.Forecast.Outcome == BlobOutcome.Copied)];
        List<string> parts = [];
        if (copied.Length > 0)
            parts.Add($"{copied.Length} to copy ({ByteSize.Format(WorkTotals.Of(items.Select(item => item.Forecast)).Copied.Bytes)})");
        Add(items.Count(item => item.Forecast.Outcome == BlobOutcome.Mounted), "to mount");
        Add(items.Count(item => item.Forecast is { Outcome: BlobOutcome.Present, MovesTag: true }), "to tag");
        Add(items.Count(item => item.Forecast is { Outcome: BlobOutcome.Present, MovesTag: false }), "up to date");
        return $"{kinds}: {string.Join(", ", parts)}";

        void Add(int count, string what)
        {
            if (count > 0)
                parts.Add($"{count} {what}");
        }
    }
}
