using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Describing;

/// <summary>A bundle's description, with what a relocation of it would move.</summary>
/// <param name="Description">What is in it.</param>
/// <param name="Plan">What would move. Its blobs cannot be opened any more.</param>
internal sealed record BundleSurvey(BundleDescription Description, TransferPlan Plan);
