using System.Collections.Immutable;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>The expected result of a relocation, determined only by reading.</summary>
public sealed record TransferForecast
{
    /// <summary>The plan.</summary>
    public required TransferPlan Plan { get; init; }

    /// <summary>The destination.</summary>
    public required RelocationDestination Destination { get; init; }

    /// <summary>The items, in the plan's order, with the references and tags that they would have.</summary>
    public required ImmutableArray<RelocatedItem> Items { get; init; }

    /// <summary>The item of the plan's root; null when the plan has none.</summary>
    public RelocatedItem? Root { get; init; }

    /// <summary>The distinct blobs, in the plan's order.</summary>
    internal ImmutableArray<RelocatedBlob> Blobs { get; init; } = [];

    /// <summary>True when a tag would be written at the destination, even where all its content is there.</summary>
    public required bool MovesTag { get; init; }

    /// <summary>
    /// The repository or project that would be created before the first write, such as <c>the ECR repository HOST/apps</c>; null for none.
    /// </summary>
    internal string? Creates { get; init; }

    /// <summary>Present when nothing would move, else copied when any bytes would be sent, else mounted.</summary>
    public BlobOutcome Outcome => Items.IsEmpty ? BlobOutcome.Present : Items.Min(item => item.Outcome);

    /// <summary>Number and bytes of the blobs with an outcome.</summary>
    public BlobCount Total(BlobOutcome outcome) => BlobCount.Of(Blobs, outcome);
}
