using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Reporting;

/// <summary>
/// The content of <c>relocation.json</c>: what moved, from where to where. Paths of artifacts are relative to the report's folder where
/// they lie in it.
/// </summary>
internal sealed record RelocationReport
{
    /// <summary>The address of the document's JSON schema; null where it is not known.</summary>
    [JsonPropertyName(SchemaLinks.Property)]
    public string? Schema { get; init; } = SchemaLinks.Of("relocation");

    /// <summary>Changes when a field changes its meaning or goes.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The result line.</summary>
    public required string Summary { get; init; }

    /// <summary>When the last transfer ended, in UTC: <c>2026-11-28T22:54:19Z</c>.</summary>
    public string? Ended { get; init; }

    /// <summary>The version of Airgap.Build that wrote this.</summary>
    public string? Version { get; init; }

    /// <summary>The registries and archives that were read.</summary>
    public ImmutableArray<string>? From { get; init; }

    /// <summary>The registries and archives that were written.</summary>
    public ImmutableArray<string>? To { get; init; }

    /// <summary>The items in declared order.</summary>
    public required ImmutableArray<ReportItem> Items { get; init; }

    /// <summary>The distinct blobs of all items by what was done, each once for each place it went to.</summary>
    public required WorkTotals Totals { get; init; }

    /// <summary>The warnings, in order.</summary>
    public required ImmutableArray<DiagnosticDocument> Warnings { get; init; }

    /// <summary>What went wrong with items that are not among <see cref="Items"/>; left out when nothing did.</summary>
    public ImmutableArray<DiagnosticDocument>? Errors { get; init; }

    /// <summary>What the gate said; left out where none was asked.</summary>
    public GateReport? Gate { get; init; }

    /// <summary>How long the transfers took.</summary>
    public required double ElapsedSeconds { get; init; }

    /// <summary>How often something was tried again after a passing failure.</summary>
    public long Retries { get; init; }

    /// <summary>False where a document that was read has null in place of a list or of something in one.</summary>
    [JsonIgnore]
    public bool IsWhole => !Items.IsDefault && !Warnings.IsDefault && Errors is not { IsDefault: true }
        && Items.All(item => item?.Images is { IsDefault: false } images && images.All(image => image is { Tags: not null }));

    /// <summary>True when both describe the same content at the same places, whatever had to be done for it.</summary>
    // An archive that is up to date is told by its digest: nobody is asked again what was attached and left behind.
    public bool DescribesTheSameAs(RelocationReport other) =>
        Warnings.Where(IsOfContent).SequenceEqual(other.Warnings.Where(IsOfContent))
        && (Errors ?? []).SequenceEqual(other.Errors ?? [])
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

    /// <summary>The distinct blobs by what was done.</summary>
    public required WorkTotals Blobs { get; init; }

    /// <summary>Everything but what was done.</summary>
    internal string Identity => string.Join(
        '\n',
        [Kind, Include, Source, Destination ?? "", Archive ?? "", Digest ?? "", Tag ?? "", PackageRepository ?? "", Lock ?? "",
            .. Images.Select(image => image.Identity)]);
}
