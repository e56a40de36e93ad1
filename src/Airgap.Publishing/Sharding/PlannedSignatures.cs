using Airgap.Publishing.Trusting;
using Airgap.Transfer.Sharding;

namespace Airgap.Publishing.Sharding;

/// <summary>The verdicts about signatures in a plan for shards.</summary>
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
