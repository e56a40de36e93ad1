using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>Finds what a plan is about.</summary>
internal static class PlanRoot
{
    /// <summary>The plan's root; of an archive that names none its only item; null where there are several.</summary>
    public static PlannedItem? Of(TransferPlan plan) =>
        plan.Root ?? (plan is { ImagesLock: null, Items: [var only] } ? only : null);
}
