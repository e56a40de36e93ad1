using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Forecasts;
using Airgap.Transfer;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>Forecasts the publish of an item.</summary>
internal sealed class ItemForecaster(PublishScope scope, ItemPlanner planner, PreparedPlans kept, OtherRepositories further)
{
    /// <summary>Forecasts the relocation of an item.</summary>
    /// <param name="declaration">The item.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <param name="keepsPlan">True if the item is relocated afterwards, by the kept plan.</param>
    /// <returns>What would move to the item's destination, and to each further repository of a template.</returns>
    /// <exception cref="AirgapException">Any failure, with the item's location.</exception>
    public Task<IReadOnlyList<ForecastItem>> RunAsync(
        Declaration declaration, CancellationToken cancellationToken, bool keepsPlan = false) =>
        ItemFailure.LocatedAsync<IReadOnlyList<ForecastItem>>(declaration, async () =>
    {
        Relocator relocator = scope.RelocatorOf(declaration);
        ItemPlan made = kept.Find(declaration)
            ?? await planner.MakeAsync(declaration, relocator, asksDestination: true, cancellationToken);
        using ItemPlan? ended = keepsPlan ? null : made;
        if (scope.Signing.Admit(declaration.Source, cancellationToken) is { } admission)
            await admission;
        (TransferPlan plan, TransferResult? upToDate) = (made.Plan, made.UpToDate);
        TransferForecast forecast = upToDate is null
            ? await relocator.ForecastAsync(plan, declaration.Destination, scope.Options, cancellationToken)
            : Arrived(upToDate, declaration.Destination);
        List<ForecastItem> forecasts = [Describe(declaration, made, forecast)];
        foreach (RepositoryPlan part in further.Of(declaration, plan))
        {
            TransferForecast placed = await relocator.ForecastAsync(
                part.Plan, part.Destination, OtherRepositories.MountingFrom(scope.Options, declaration.Repository!), cancellationToken);
            forecasts.Add(new ForecastItem(forecasts[0].Kind, declaration.Item.Include, placed, part.Destination.Name));
        }

        return forecasts;
    });

    /// <summary>The expected outcome of an item, for reports.</summary>
    public ForecastItem Describe(Declaration declaration, ItemPlan made, TransferForecast forecast) =>
        new(declaration.Item.Kind.ToString().ToLowerInvariant(), declaration.Item.Include, forecast, declaration.Repository)
        {
            Derived = made.Derived,
            Signatures = kept.SignaturesOf(declaration)
        };

    /// <summary>The forecast of content that is known to arrive or to be there.</summary>
    public static TransferForecast Arrived(TransferResult result, RelocationDestination destination) => new()
    {
        Plan = result.Plan,
        Destination = destination,
        Items = result.Items,
        Root = result.Root,
        Blobs = result.Blobs,
        MovesTag = false
    };
}
