using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// Carries the record of derived manifests from one archive to another. Whoever signs the new one vouches for its record, so an unproven
/// record stays behind.
/// </summary>
internal static class CarriedRecord
{
    /// <summary>The plan with the record of its source; with a warning if that is not carried.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="destination">The destination: only an archive has a record.</param>
    /// <param name="options">The options. With an admission, nothing is completed before the source's signature was verified.</param>
    public static TransferPlan Of(TransferPlan plan, RelocationDestination destination, TransferOptions options)
    {
        if (destination is not RelocationDestination.Archive archive
            || DerivedManifest.In(plan.SourceDerived, plan.Items) is not { IsEmpty: false } record)
            return plan;
        return options.Admission is not null
            ? plan with { Derived = [.. plan.Derived, .. record] }
            : plan with
            {
                Warnings = plan.Warnings.Add(new Diagnostic(
                    ErrorCode.DerivedNotRecorded,
                    $"The source archive states that {record.Length} of its manifests were derived by a selection. As its signature was " +
                    $"not verified, '{archive.Path}' does not state so, and trust rules behind the air gap will refuse them as unsigned.",
                    $"If such rules are used there, {AdviceTerms.VerifyArchive}.")
                { Location = new SourceLocation(archive.Path) }),
            };
    }
}
