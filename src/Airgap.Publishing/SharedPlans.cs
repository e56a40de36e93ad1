using System.Collections.Immutable;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>The plans of items with the same archive.</summary>
/// <param name="Items">The plan of each.</param>
/// <param name="Whole">The plan of the archive; null if it is up to date, or not planned yet.</param>
/// <param name="UpToDate">The result of each item in an archive that is up to date; otherwise null.</param>
internal sealed record SharedPlans(ImmutableArray<ItemPlan> Items, TransferPlan? Whole, ImmutableArray<TransferResult>? UpToDate)
    : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ItemPlan item in Items)
            item.Dispose();
    }
}
