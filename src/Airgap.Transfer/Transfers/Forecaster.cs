using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>Checks a destination's content, and computes what an engine would do with a plan there.</summary>
internal sealed class Forecaster(TransferPlan plan, ITransferTarget target)
{
    public async Task<TransferForecast> RunAsync(RelocationDestination destination, CancellationToken cancellationToken)
    {
        ImmutableArray<RelocatedBlob> blobs = await target.ForecastAsync(cancellationToken);
        Dictionary<Digest, BlobOutcome> outcomes = blobs.ToDictionary(blob => blob.Descriptor.Digest, blob => blob.Outcome);
        ImmutableArray<RelocatedItem> items = [.. plan.Items.Select(item => target.Describe(item, OutcomeOf(item.Content, outcomes)))];
        return new TransferForecast
        {
            Plan = plan,
            Destination = destination,
            Items = items,
            Root = plan.Root is null ? null : items.FirstOrDefault(item => item.Item == plan.Root),
            Blobs = blobs,
            MovesTag = !await target.HasTagsAsync(cancellationToken),
            Creates = target.Creates,
        };
    }

    // The engine's rule: an item whose manifest must be pushed counts as copied, unless all its blobs are mounted.
    private BlobOutcome OutcomeOf(PlannedManifest node, Dictionary<Digest, BlobOutcome> blobs)
    {
        BlobOutcome[] below = [.. node.Blobs.Select(blob => blobs[blob.Digest]), .. node.Children.Select(child => OutcomeOf(child, blobs))];
        if (target.HasManifest(node))
            return below.Append(BlobOutcome.Present).Min();
        return below.Contains(BlobOutcome.Copied) || !below.Contains(BlobOutcome.Mounted) ? BlobOutcome.Copied : BlobOutcome.Mounted;
    }
}
