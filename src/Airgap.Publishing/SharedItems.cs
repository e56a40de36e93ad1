using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Forecasts;
using Airgap.Transfer;
using Airgap.Transfer.Files;
using Airgap.Transfer.Planning.Deltas;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>
/// Relocates all items of a project with the same archive together: shared layers are written once, the archive appears
/// when all items are complete, and the content of other projects is kept.
/// </summary>
internal sealed class SharedItems(PublishScope scope, ItemPublisher items)
{
    private readonly SharedPlanner _planner = new(scope, items);

    /// <summary>Relocates them and writes their artifacts; an incomplete archive has none.</summary>
    /// <param name="declarations">The items, 1 or more, of one archive.</param>
    /// <param name="cancellationToken">Cancels it; the archive is then unchanged.</param>
    /// <returns>The outcome of each, in order.</returns>
    /// <exception cref="AirgapException">Any failure; that of an item with its location.</exception>
    public Task<ImmutableArray<PublishedItem>> RunAsync(IReadOnlyList<Declaration> declarations, CancellationToken cancellationToken) =>
        ItemFailure.LocatedAsync(declarations[0], async () =>
    {
        ItemObserver told = scope.ObserverOf(declarations[0]);
        Relocator relocator = new(scope.Registry, told);
        using IDisposable? held = await scope.HoldAsync(declarations[0].Destination, told, cancellationToken);
        ArtifactFile.MakeFolder(OutputCheck.OfArchive(declarations[0].Archive!, makesFolder: true).Folder);
        SharedPlans planned = await _planner.PlanAsync(declarations, relocator, cancellationToken);
        try
        {
            ImmutableArray<TransferResult> results = planned.UpToDate
                ?? Split(await relocator.RunAsync(
                    planned.Whole!, declarations[0].Destination, scope.OptionsFor(declarations[0], cancellationToken), cancellationToken),
                    planned.Items);
            bool isWhole = results.All(result => result.IsComplete);
            ImmutableArray<PublishedItem>.Builder published = ImmutableArray.CreateBuilder<PublishedItem>();
            for (int i = 0; i < declarations.Count; i++)
                published.Add(await items.LeaveAsync(
                    declarations[i], planned.Items[i], results[i], isWhole, signs: i == 0, cancellationToken));
            return published.DrainToImmutable();
        }
        finally
        {
            planned.Dispose();
        }
    });

    /// <summary>Determines what <see cref="RunAsync"/> would do.</summary>
    public Task<ImmutableArray<ForecastItem>> ForecastAsync(IReadOnlyList<Declaration> declarations, CancellationToken cancellationToken) =>
        ItemFailure.LocatedAsync(declarations[0], async () =>
    {
        Relocator relocator = scope.RelocatorOf(declarations[0]);
        using SharedPlans planned = await _planner.PlanAsync(declarations, relocator, cancellationToken);
        ImmutableArray<TransferResult> results = planned.UpToDate
            ?? Split(Result(await relocator.ForecastAsync(planned.Whole!, declarations[0].Destination, scope.Options, cancellationToken)),
                planned.Items);
        return results.Select((result, i) => items.Forecaster.Describe(
            declarations[i], planned.Items[i], ItemForecaster.Arrived(result, result.Destination))).ToImmutableArray();
    });

    /// <summary>
    /// The warnings of the plans, with their locations. The plans are kept for <see cref="RunAsync"/>, unless the archive is up to date:
    /// it is looked at again then, and hashed again if it has changed, because another publish may write it in between.
    /// </summary>
    public Task<ImmutableArray<Diagnostic>> FindWarningsAsync(
        IReadOnlyList<Declaration> declarations, CancellationToken cancellationToken) =>
        ItemFailure.LocatedAsync(declarations[0], async () =>
    {
        SharedPlans planned = await _planner.PlanItemsAsync(declarations, scope.RelocatorOf(declarations[0]), cancellationToken);
        if (planned.UpToDate is null)
            items.Plans.Keep(declarations, planned.Items);
        else
            planned.Dispose();
        return planned.Items.SelectMany((item, i) => item.Plan.Warnings.Select(
            warning => warning with { Location = warning.Location ?? declarations[i].Item.Location })).ToImmutableArray();
    });

    /// <summary>
    /// Refuses to overwrite the content of other projects in an archive with an item that cannot share an archive.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.LockSharesNoArchive"/>.</exception>
    public static async Task RefuseToReplaceAsync(
        Declaration declaration, RelocationDestination.Archive archive, PublishSettings settings, CancellationToken cancellationToken)
    {
        if (archive.Format != ArchiveFormat.LayoutTar)
            return;
        SharedArchive existing = await SharedArchive.OpenAsync(
            archive, ArchiveOwner.Of(settings, archive.Path), SilentObserver.Instance, null, cancellationToken);
        if (existing.HoldsOthers)
        {
            throw new AirgapException(
                ErrorCode.LockSharesNoArchive,
                $"The item {declaration.Item.ItemName} '{declaration.Item.Include}' is a list of images, whose order and annotations " +
                "are those "
                + $"of a whole archive: it would replace '{archive.Path}', which contains the content of other projects.",
                $"Give this project its own archive ({PropertyNames.Archive}).");
        }
    }

    // The outcome of each item. A shared blob counts for the first item, because it moved once.
    private static ImmutableArray<TransferResult> Split(TransferResult whole, ImmutableArray<ItemPlan> plans)
    {
        Dictionary<(string, string?), RelocatedItem> arrived =
            whole.Items.ToDictionary(item => (item.Item.Source.ToString(), item.Item.Tag));
        Dictionary<Digest, RelocatedBlob> blobs = whole.Blobs.ToDictionary(blob => blob.Descriptor.Digest);
        HashSet<Digest> left = [.. whole.Plan.Delta?.Required.Select(layer => layer.Digest) ?? []];
        HashSet<Digest> counted = [];
        ImmutableArray<TransferResult>.Builder results = ImmutableArray.CreateBuilder<TransferResult>();
        foreach (TransferPlan full in plans.Select(item => item.Plan))
        {
            TransferPlan plan = left.Count == 0 ? full : DeltaPlan.Without(full, left) with { Delta = whole.Plan.Delta };
            ImmutableArray<RelocatedItem> own =
                [.. plan.Items.Where(item => arrived.ContainsKey(Key(item))).Select(item => arrived[Key(item)] with { Item = item })];
            results.Add(whole with
            {
                Plan = plan,
                Items = own,
                Root = own.FirstOrDefault(item => item.Item == plan.Root),
                Blobs = [.. plan.Blobs.Where(blob => blobs.ContainsKey(blob.Descriptor.Digest))
                    .Select(blob => blobs[blob.Descriptor.Digest])
                    .Select(blob => counted.Add(blob.Descriptor.Digest) ? blob : blob with { Outcome = BlobOutcome.Present })],
                Elapsed = results.Count == 0 ? whole.Elapsed : TimeSpan.Zero,
                Retries = results.Count == 0 ? whole.Retries : 0,
                Warnings = plan.Warnings,
                Failures = results.Count == 0 ? whole.Failures : [],
            });
        }

        return results.DrainToImmutable();

        static (string, string?) Key(PlannedItem item) => (item.Source.ToString(), item.Tag);
    }

    private static TransferResult Result(TransferForecast forecast) => new()
    {
        Plan = forecast.Plan,
        Destination = forecast.Destination,
        Items = forecast.Items,
        Blobs = forecast.Blobs,
        Elapsed = TimeSpan.Zero,
    };
}
