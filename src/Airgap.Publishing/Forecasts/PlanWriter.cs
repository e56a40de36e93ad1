using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Trusting;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Forecasts;

/// <summary>One thing that would be relocated.</summary>
/// <param name="Kind"><c>bundle</c>, <c>image</c>, <c>lock</c> or <c>archive</c>.</param>
/// <param name="Include">The user's text.</param>
/// <param name="Forecast">What would be done.</param>
/// <param name="Repository">The repository at the far side of an archive; null for none.</param>
internal sealed record ForecastItem(string Kind, string Include, TransferForecast Forecast, RepositoryName? Repository = null)
{
    /// <summary>The images whose signatures were verified and accepted; null if no signature is required.</summary>
    public ImmutableArray<TrustedImage>? Signatures { get; init; }

    /// <summary>The content that a derived bundle omits.</summary>
    public DerivedReport? Derived { get; init; }
}

/// <summary>Makes and writes plans: <c>plan.json</c>, and lines for people.</summary>
internal static class PlanWriter
{
    /// <summary>The file's name among the artifacts.</summary>
    public const string FileName = "plan.json";

    private static readonly PlanJson s_json = new(ArtifactJson.CreateOptions());

    /// <summary>Makes a plan's document.</summary>
    public static PlanDocument Create(IReadOnlyList<ForecastItem> items, IEnumerable<Diagnostic> warnings) => new()
    {
        Summary = PlanSummary.Create(items),
        Items = [.. items.Select(CreateItem)],
        Totals = Totals([.. items.Select(item => item.Forecast)]),
        Warnings = [.. warnings.Select(DiagnosticDocument.WithoutLocation)],
    };

    /// <summary>The text of <c>plan.json</c>.</summary>
    public static string ToJson(PlanDocument plan) => JsonSerializer.Serialize(plan, s_json.PlanDocument) + "\n";

    /// <summary>Writes a plan to a file, unless the file already has it. Creates missing folders.</summary>
    /// <exception cref="AirgapException">3xxx: the file; <see cref="ErrorCode.RunPlanInTheWay"/>.</exception>
    public static Task WriteAsync(string path, PlanDocument plan, CancellationToken cancellationToken)
    {
        RunPlanFile.RefuseToReplace(path);
        return ArtifactFile.WriteAsync(path, ToJson(plan), cancellationToken);
    }

    /// <summary>The plan for people: each item with its images, then its blobs.</summary>
    public static IEnumerable<string> Lines(PlanDocument plan)
    {
        foreach (PlanItem item in plan.Items)
        {
            yield return $"{item.Source} -> {item.Archive ?? item.Destination}{(item.Tag is null ? "" : $", tag {item.Tag}{(item.MovesTag ? "" : " (there already)")}")}";
            if (item.Creates is { } created)
                yield return $"  create  {created}";
            if (item.Derived is { } derived)
            {
                yield return $"  {derived}";
                foreach (KeptReport kept in derived.Kept)
                    yield return $"  kept: {kept.Image}: {kept.Reason}";
            }

            foreach (PlanImage image in item.Images)
                yield return $"  {image.Action,-7} {ByteSize.Format(image.Size),9}  {image.Source}";
            yield return $"  {Blobs(item.Blobs)}";
        }
    }

    private static string Blobs(PlanTotals totals)
    {
        string[] parts = [.. new[] { (totals.Copy, "to copy"), (totals.Mount, "to mount"), (totals.Present, "already there") }
            .Where(part => part.Item1.Count > 0)
            .Select(
                part =>
                $"{part.Item1.Count} {(part.Item1.Count == 1 ? "blob" : "blobs")} {part.Item2} ({ByteSize.Format(part.Item1.Bytes)})")];
        return parts.Length == 0 ? "no blobs" : string.Join(", ", parts);
    }

    private static PlanItem CreateItem(ForecastItem item)
    {
        TransferForecast forecast = item.Forecast;
        return new PlanItem
        {
            Kind = item.Kind,
            Include = item.Include,
            Source = forecast.Plan.Source.ToString()!,
            Destination = (forecast.Root is { } root ? Place(item, root)
                : forecast.Items.Select(image => Place(item, image)?.Split('@')[0]).FirstOrDefault()) ?? Repository(item)?.ToString(),
            Archive = (forecast.Destination as RelocationDestination.Archive)?.Path,
            Digest = forecast.Root?.Item.Digest.ToString(),
            Tag = forecast.Root?.Item.Tag,
            Signatures = item.Signatures,
            Creates = forecast.Creates,
            MovesTag = forecast.MovesTag,
            Action = Word(forecast.Outcome),
            Images = [.. forecast.Items.Select(image => new PlanImage(
                image.Item.Source.ToString(), Place(item, image), image.Item.Digest.ToString(), image.Item.Size, Word(image.Outcome),
                image.Item.IsBundle, image.Tags))],
            Blobs = Totals([forecast]),
            Derived = item.Derived,
        };
    }

    private static string? Place(ForecastItem item, RelocatedItem image) =>
        (image.Destination ?? (item.Repository is { } far ? ImageReference.ByDigest(far, image.Item.Digest) : null))?.ToString();

    private static RepositoryName? Repository(ForecastItem item) =>
        item.Repository ?? (item.Forecast.Destination as RelocationDestination.Repository)?.Name;

    private static PlanTotals Totals(ImmutableArray<TransferForecast> forecasts)
    {
        WorkTotals work = WorkTotals.Of(forecasts);
        return new PlanTotals(work.Copied, work.Mounted, work.Present);
    }

    private static string Word(BlobOutcome outcome) => outcome switch
    {
        BlobOutcome.Copied => "copy",
        BlobOutcome.Mounted => "mount",
        _ => "present",
    };
}

/// <summary>The plan's source-generated JSON.</summary>
[JsonSerializable(typeof(PlanDocument))]
internal sealed partial class PlanJson : JsonSerializerContext;
