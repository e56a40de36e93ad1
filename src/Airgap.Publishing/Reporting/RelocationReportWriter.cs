using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Reporting;

/// <summary>Makes and writes <c>relocation.json</c>.</summary>
internal static class RelocationReportWriter
{
    /// <summary>The report's file name.</summary>
    public const string FileName = "relocation.json";

    private static readonly RelocationReportJson s_json = new(ArtifactJson.CreateOptions());

    /// <summary>
    /// Writes the report. If nothing has moved or changed since, the report of the earlier run is kept with its page.
    /// </summary>
    /// <returns>The report's path, and whether the existing report was kept.</returns>
    /// <exception cref="AirgapException">3xxx: the file.</exception>
    public static async Task<(string Path, bool IsKept)> WriteAsync(
        string folder, IReadOnlyList<PublishedItem> items, ImmutableArray<Diagnostic> warnings, ImmutableArray<Diagnostic> failures,
        string summary, GateReport? gate, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, FileName);
        RelocationReport report = Create(folder, items, warnings, failures, summary) with { Gate = gate };
        bool moved = items.Any(item => !item.Result.IsUpToDate);
        bool isKept = !moved && Read(path) is { } earlier && earlier.DescribesTheSameAs(report)
            && RelocationPage.IsOf(folder, earlier.Ended);
        if (!isKept)
            await ArtifactFile.WriteAsync(path, JsonSerializer.Serialize(report, s_json.RelocationReport) + "\n", cancellationToken);
        return (path, isKept);
    }

    /// <summary>Makes the report.</summary>
    public static RelocationReport Create(
        string folder, IReadOnlyList<PublishedItem> items, ImmutableArray<Diagnostic> warnings,
        ImmutableArray<Diagnostic> failures, string summary)
    {
        ReportProvenance places = ReportProvenance.Of([.. items.SelectMany(item => item.Result.Everywhere)]);
        return new RelocationReport
        {
            Summary = summary,
            Ended = places.EndedText,
            Version = places.Version,
            From = places.From,
            To = places.To,
            PlainHttp = PlainHttpHosts.Of(items.SelectMany(item => item.Result.Everywhere)),
            Items = [.. items.Select(item => CreateItem(folder, item))],
            Totals = WorkTotals.Of(items.SelectMany(item => item.Result.Everywhere)),
            Warnings = [.. warnings.Select(DiagnosticDocument.WithoutLocation)],
            Errors = failures.IsEmpty ? null : [.. failures.Select(DiagnosticDocument.WithoutLocation)],
            ElapsedSeconds = Math.Round(items.SelectMany(item => item.Result.Everywhere).Sum(result => result.Elapsed.TotalSeconds), 3),
            Retries = items.SelectMany(item => item.Result.Everywhere).Sum(result => result.Retries),
        };
    }

    private static ReportItem CreateItem(string folder, PublishedItem item)
    {
        TransferResult result = item.Result;
        ILookup<string, RelocatedItem> further =
            result.Further.SelectMany(each => each.Items).ToLookup(image => image.Item.Source.ToString(), StringComparer.Ordinal);
        return new ReportItem
        {
            Kind = item.Item.Kind.ToString().ToLowerInvariant(),
            Include = item.Item.Include,
            Source = result.Plan.Source.ToString(),
            Destination = result.Root?.Destination?.ToString()
            ?? result.Items.Select(image => image.Destination?.Repository.ToString()).FirstOrDefault(),
            Archive = FileOf(PublishedFileKind.Archive),
            Digest = result.Root?.Item.Digest.ToString(),
            Tag = result.Root?.Item.Tag,
            Signatures = item.Signatures,
            Outcome = Outcomes.Word(item.Outcome),
            PackageRepository = FileOf(PublishedFileKind.PackageRepository),
            Lock = FileOf(PublishedFileKind.Lock),
            Images = [.. result.Items.Select(image => ReportImage.Of(image).Placed(image, further))],
            Blobs = WorkTotals.Of(result.Everywhere),
            Derived = item.Derived,
        };

        string? FileOf(PublishedFileKind kind) =>
            item.Files.FirstOrDefault(file => file.Kind == kind) is { } file ? Shown(folder, file.Path) : null;
    }

    // Artifacts are next to the report or in a folder there, archives anywhere.
    private static string Shown(string folder, string path) =>
        ArtifactRemoval.IsBelow(path, folder) ? Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/') : path;

    /// <summary>The report of an earlier publish; null if there is none or it cannot be read.</summary>
    internal static RelocationReport? Read(string path)
    {
        try
        {
            return File.Exists(path) ? Parse(File.ReadAllBytes(path)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // An unreadable report is replaced.
            return null;
        }
    }

    /// <summary>A report from its bytes; null if it is another document, or of another version.</summary>
    internal static RelocationReport? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json.Span, s_json.RelocationReport) is { IsWhole: true } report ? report : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The report's source-generated JSON.</summary>
[JsonSerializable(typeof(RelocationReport))]
internal sealed partial class RelocationReportJson : JsonSerializerContext;
