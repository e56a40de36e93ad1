using System.Collections.Immutable;
using Airgap.Publishing.Declarations;
using Airgap.Transfer;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>Plans the items of a project with the same archive.</summary>
internal sealed class SharedPlanner(PublishScope scope, ItemPublisher items)
{
    /// <summary>Plans the archive, with the content of other projects that it keeps.</summary>
    public async Task<SharedPlans> PlanAsync(
        IReadOnlyList<Declaration> declarations, Relocator relocator, CancellationToken cancellationToken)
    {
        SharedArchive shared = await OpenAsync(declarations[0], cancellationToken);
        shared.TellOfKept();
        ImmutableArray<DeltaSource> bases = ItemBases.Of(scope.Settings, declarations, scope.Notice);
        SharedPlans planned = await PlanItemsAsync(declarations, relocator, shared, bases, cancellationToken);
        try
        {
            return planned.UpToDate is not null ? planned : planned with
            {
                Whole = await relocator.LeaveOutAsync(
                    shared.With([.. planned.Items.Select(item => item.Plan)]),
                    new PlanOptions { Bases = bases, Concurrency = scope.Settings.Concurrency }, cancellationToken),
            };
        }
        catch
        {
            planned.Dispose();
            throw;
        }
    }

    /// <summary>Plans the items, without the archive.</summary>
    public async Task<SharedPlans> PlanItemsAsync(
        IReadOnlyList<Declaration> declarations, Relocator relocator, CancellationToken cancellationToken) => await PlanItemsAsync(
            declarations, relocator, await OpenAsync(declarations[0], cancellationToken),
            ItemBases.Of(scope.Settings, declarations, scope.Notice), cancellationToken);

    private async Task<SharedPlans> PlanItemsAsync(
        IReadOnlyList<Declaration> declarations, Relocator relocator, SharedArchive shared, ImmutableArray<DeltaSource> bases,
        CancellationToken cancellationToken)
    {
        if (declarations.All(items.Plans.IsKept))
            return new SharedPlans([.. declarations.Select(declaration => items.Plans.Find(declaration)!)], null, null);
        List<ItemSource> sources = [];
        try
        {
            foreach (Declaration declaration in declarations)
                sources.Add(await ItemFailure.LocatedAsync(
                    declaration, () => items.Planner.OpenAsync(declaration, relocator, asksDestination: false, cancellationToken)));
            ImmutableArray<TransferResult>? upToDate = !bases.IsEmpty
                ? null
                : await relocator.FindUpToDateAsync(
                    shared, (RelocationDestination.Archive)declarations[0].Destination,
                    [.. sources.Select(source => (source.Source, source.Options))], cancellationToken);
            List<ItemPlan> made = [];
            for (int i = 0; i < declarations.Count; i++)
            {
                (Declaration declaration, ItemSource source, TransferResult? found) = (declarations[i], sources[i], upToDate?[i]);
                made.Add(await ItemFailure.LocatedAsync(
                    declaration, () => items.Planner.PlanOfAsync(declaration, source, found, cancellationToken)));
            }

            return new SharedPlans([.. made], null, upToDate);
        }
        catch
        {
            foreach (ItemSource source in sources)
                source.Dispose();
            throw;
        }
    }

    private Task<SharedArchive> OpenAsync(Declaration first, CancellationToken cancellationToken)
    {
        RelocationDestination.Archive destination = (RelocationDestination.Archive)first.Destination;
        return SharedArchive.OpenAsync(
            destination, ArchiveOwner.Of(scope.Settings, destination.Path), scope.ObserverOf(first), scope.Hashed, cancellationToken);
    }
}
