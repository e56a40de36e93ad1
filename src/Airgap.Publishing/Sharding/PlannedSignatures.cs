using Airgap.Publishing.Trusting;
using Airgap.Transfer.Sharding;

namespace Airgap.Publishing.Sharding;

/// <summary>Verdicts about signatures, as a plan that shards carry out keeps them.</summary>
internal static class PlannedSignatures
{
    /// <summary>A verdict as recorded in a plan.</summary>
    public static RunPlanSignature Of(TrustedImage image) => new(
        image.Image, image.Digest, [.. image.SignedBy.Select(by => new RunPlanSigner(by.Name, by.Form)
        {
            Issuer = by.Issuer,
            Time = by.Time,
            Skipped = by.Skipped
        })]);
}
