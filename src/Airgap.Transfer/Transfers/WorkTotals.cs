using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// Numbers and sizes of blobs by outcome: the common computation for every text, JSON document and page. A blob counts once for each
/// destination, even if several items of a run need it there, because only the first item sends it.
/// </summary>
/// <param name="Copied">Their bytes were sent.</param>
/// <param name="Mounted">The registry linked them from another of its repositories.</param>
/// <param name="Present">They were present.</param>
internal sealed record WorkTotals(BlobCount Copied, BlobCount Mounted, BlobCount Present)
{
    /// <summary>The totals of relocations.</summary>
    public static WorkTotals Of(params IEnumerable<TransferResult> results) =>
        Of(results.Select(result => (result.Destination, result.Blobs)));

    /// <summary>The totals of forecasts.</summary>
    public static WorkTotals Of(params IEnumerable<TransferForecast> forecasts) =>
        Of(forecasts.Select(forecast => (forecast.Destination, forecast.Blobs)));

    private static WorkTotals Of(IEnumerable<(RelocationDestination Destination, ImmutableArray<RelocatedBlob> Blobs)> works)
    {
        Dictionary<(string Place, Digest Digest), RelocatedBlob> strongest = [];
        foreach ((RelocationDestination destination, ImmutableArray<RelocatedBlob> blobs) in works)
        {
            string place = destination.ToString()!;
            foreach (RelocatedBlob blob in blobs)
            {
                // The order of the outcomes is that of their work.
                if (!strongest.TryGetValue((place, blob.Descriptor.Digest), out RelocatedBlob? known) || blob.Outcome < known.Outcome)
                    strongest[(place, blob.Descriptor.Digest)] = blob;
            }
        }

        return new WorkTotals(Total(BlobOutcome.Copied), Total(BlobOutcome.Mounted), Total(BlobOutcome.Present));

        BlobCount Total(BlobOutcome outcome) => BlobCount.Of(strongest.Values, outcome);
    }
}
