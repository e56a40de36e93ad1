using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Describing;

/// <summary>A bundle's description, and the plan of its relocation.</summary>
/// <param name="Description">Its content.</param>
/// <param name="Plan">The plan. Its blobs can no longer be opened.</param>
internal sealed record BundleSurvey(BundleDescription Description, TransferPlan Plan);
