using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Trusting;
using Airgap.Transfer.Files;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Reporting;

/// <summary>
/// The content of <c>relocation.json</c>: what moved, with sources and destinations. Paths of artifacts in the report's
/// folder are relative to it.
/// </summary>
internal sealed record RelocationReport
{
    /// <summary>The address of the document's JSON schema; null if unknown.</summary>
    [JsonPropertyName(SchemaLinks.Property)]
    public string? Schema { get; init; } = SchemaLinks.Of("relocation");

    /// <summary>Changes when a field changes its meaning or is removed.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The result line.</summary>
    public required string Summary { get; init; }

    /// <summary>When the last transfer ended, in UTC: <c>2026-11-28T22:54:19Z</c>.</summary>
    public string? Ended { get; init; }

    /// <summary>The version of Airgap.Build that wrote this.</summary>
    public string? Version { get; init; }

    /// <summary>The source registries and archives.</summary>
    public ImmutableArray<string>? From { get; init; }

    /// <summary>The destination registries and archives.</summary>
    public ImmutableArray<string>? To { get; init; }

    /// <summary>The destination registries that were reached by plain http, without TLS; absent for none.</summary>
    public ImmutableArray<string>? PlainHttp { get; init; }

    /// <summary>The items in declared order.</summary>
    public required ImmutableArray<ReportItem> Items { get; init; }

    /// <summary>The distinct blobs of all items by outcome, counted once for each destination.</summary>
    public required WorkTotals Totals { get; init; }

    /// <summary>The warnings, in order.</summary>
    public required ImmutableArray<DiagnosticDocument> Warnings { get; init; }

    /// <summary>The failures of items that are not among <see cref="Items"/>; absent if there are none.</summary>
    public ImmutableArray<DiagnosticDocument>? Errors { get; init; }

    /// <summary>The gate's report; absent if there is no gate.</summary>
    public GateReport? Gate { get; init; }

    /// <summary>The duration of the transfers.</summary>
    public required double ElapsedSeconds { get; init; }

    /// <summary>The number of retries after transient failures.</summary>
    public long Retries { get; init; }

    /// <summary>False if the document has null instead of a list or a list's element.</summary>
    [JsonIgnore]
    public bool IsWhole => !Items.IsDefault && !Warnings.IsDefault && Errors is not { IsDefault: true }
        && PlainHttp is not { IsDefault: true }
        && Items.All(item => item?.Images is { IsDefault: false } images && images.All(image => image is { Tags: not null }));

    /// <summary>True when both describe the same content at the same locations, regardless of the outcomes.</summary>
    // An up-to-date archive is recognised by its digest: no registry is asked again about artifacts that were left
    // behind.
    public bool DescribesTheSameAs(RelocationReport other) =>
        Warnings.Where(IsOfContent).SequenceEqual(other.Warnings.Where(IsOfContent))
        && (Errors ?? []).SequenceEqual(other.Errors ?? [])
        && GateReport.SayTheSame(Gate, other.Gate)
        && (PlainHttp ?? []).SequenceEqual(other.PlainHttp ?? [])
        && Items.Select(item => item.Identity).SequenceEqual(other.Items.Select(item => item.Identity));

    private static bool IsOfContent(DiagnosticDocument warning) => warning.Code != Diagnostic.FormatId(ErrorCode.ArtifactsLeftBehind);
}

/// <summary>An item of a report.</summary>
internal sealed record ReportItem : ItemDocument
{
    /// <summary><c>copied</c>, <c>mounted</c> or <c>present</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>The PackageRepository manifest; null for none.</summary>
    public string? PackageRepository { get; init; }

    /// <summary>The lock file; null for none.</summary>
    public string? Lock { get; init; }

    /// <summary>Every image, index and bundle, ordered by digest and then by source.</summary>
    public required ImmutableArray<ReportImage> Images { get; init; }

    /// <summary>The distinct blobs by outcome.</summary>
    public required WorkTotals Blobs { get; init; }

    /// <summary>Everything except the outcomes.</summary>
    internal string Identity => string.Join(
        '\n',
        [Kind, Include, Source, Destination ?? "", Archive ?? "", Digest ?? "", Tag ?? "", PackageRepository ?? "", Lock ?? "",
            // A report without signatures is of a run that required none.
            Signatures is null ? "" : $"{Signatures.Value.Length} verified", .. (Signatures ?? []).Select(Signed),
            .. Images.Select(image => image.Identity)]);

    private static string Signed(TrustedImage image) => $"{image.Digest} {string.Join(", ", image.SignedBy)}";
}
