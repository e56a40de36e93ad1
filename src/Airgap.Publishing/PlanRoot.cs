using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>Finds the main item of a plan.</summary>
internal static class PlanRoot
{
    /// <summary>The plan's root; for an archive without a root, its only item; null if there are several.</summary>
    public static PlannedItem? Of(TransferPlan plan) =>
        plan.Root ?? (plan is { ImagesLock: null, Items: [var only] } ? only : null);
}
