using Airgap.Oci.Content;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Files;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Reporting;

/// <summary>Summarises a publish in one line.</summary>
internal static class PublishSummary
{
    /// <summary>The summary without a destination.</summary>
    public const string NothingMoved = "nothing relocated: no destination";

    /// <summary>The summary of a publish that its checks refused.</summary>
    public const string Refused = "nothing relocated: refused";

    /// <summary>Such as <c>2 bundles: 1 copied (12.3 MB), 1 up to date</c>.</summary>
    /// <param name="items">The complete items.</param>
    /// <param name="failed">The incomplete items.</param>
    public static string Create(IReadOnlyList<PublishedItem> items, IReadOnlyList<PublishItem> failed)
    {
        ILookup<BlobOutcome, PublishedItem> outcomes = items.ToLookup(item => item.Outcome);
        string kinds = string.Join(
            ", ", items.Select(item => item.Item).Concat(failed).GroupBy(item => item.Kind).OrderBy(group => group.Key)
            .Select(group => Count(group.Count(), group.Key)));
        List<string> parts = [];
        if (outcomes[BlobOutcome.Copied].Any())
            parts.Add(
                $"{outcomes[BlobOutcome.Copied].Count()} copied " +
                $"({ByteSize.Format(WorkTotals.Of(items.SelectMany(item => item.Result.Everywhere)).Copied.Bytes)})");
        if (outcomes[BlobOutcome.Mounted].Any())
            parts.Add($"{outcomes[BlobOutcome.Mounted].Count()} mounted");
        if (outcomes[BlobOutcome.Present].Any())
            parts.Add($"{outcomes[BlobOutcome.Present].Count()} up to date");
        if (failed.Count > 0)
            parts.Add($"{failed.Count} failed");
        return $"{kinds}: {string.Join(", ", parts)}";
    }

    private static string Count(int count, PublishItemKind kind)
    {
        string noun = kind.ToString().ToLowerInvariant();
        return count == 1 ? $"1 {noun}" : $"{count} {noun}s";
    }
}
