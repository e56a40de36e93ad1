using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Airgap.Publishing.Artifacts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Forecasts;

/// <summary>
/// The content of <c>plan.json</c>: what would move, with sources and destinations. Its JSON schema is in the package
/// Airgap.Build.
/// </summary>
internal sealed record PlanDocument
{
    /// <summary>The address of the document's JSON schema; null if unknown.</summary>
    [JsonPropertyName(SchemaLinks.Property)]
    public string? Schema { get; init; } = SchemaLinks.Of("plan");

    /// <summary>Changes when a field changes its meaning or is removed.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The result line.</summary>
    public required string Summary { get; init; }

    /// <summary>The items in declared order.</summary>
    public required ImmutableArray<PlanItem> Items { get; init; }

    /// <summary>Sums over all items.</summary>
    public required PlanTotals Totals { get; init; }

    /// <summary>The warnings, in order.</summary>
    public required ImmutableArray<DiagnosticDocument> Warnings { get; init; }
}

/// <summary>An item of a plan.</summary>
internal sealed record PlanItem : ItemDocument
{
    /// <summary>The repository or project that would be created first; absent for none.</summary>
    public string? Creates { get; init; }

    /// <summary>True when a tag would be written, even if all content is present.</summary>
    public required bool MovesTag { get; init; }

    /// <summary><c>copy</c>, <c>mount</c> or <c>present</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Every image, index and bundle, ordered by digest and then by source.</summary>
    public required ImmutableArray<PlanImage> Images { get; init; }

    /// <summary>The distinct blobs by planned action.</summary>
    public required PlanTotals Blobs { get; init; }
}

/// <summary>An image, index or bundle of a plan.</summary>
/// <param name="Source">Its source, by digest.</param>
/// <param name="Destination">Its future reference, by digest; null if no registry is known.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Size">Size of manifest, configs and layers, in bytes.</param>
/// <param name="Action"><c>copy</c>, <c>mount</c> or <c>present</c>.</param>
/// <param name="Bundle">True for a bundle.</param>
/// <param name="Tags">The tags it would have.</param>
internal sealed record PlanImage(
    string Source, string? Destination, string Digest, long Size, string Action, bool Bundle, ImmutableArray<string> Tags);

/// <summary>Numbers and sizes of blobs by planned action.</summary>
/// <param name="Copy">Their bytes would be sent.</param>
/// <param name="Mount">The registry would link them from another of its repositories, if it does not refuse.</param>
/// <param name="Present">They are already present.</param>
internal sealed record PlanTotals(BlobCount Copy, BlobCount Mount, BlobCount Present);
