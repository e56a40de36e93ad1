using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing.Trusting;
using Airgap.Transfer.Plans;
using Airgap.Trust.Signers;

namespace Airgap.Tool.Running;

/// <summary>Verifies the signatures of a plan before anything moves, and reports every refusal.</summary>
internal static class TrustCheck
{
    /// <summary>Verifies the signatures.</summary>
    /// <param name="plan">What would move.</param>
    /// <param name="registry">The registries.</param>
    /// <param name="rule">Who must have signed; null if no signature is required.</param>
    /// <param name="session">Receives the verdicts and the refusals.</param>
    /// <param name="admission">The verification of the source archive; null if its signature is not required.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>False when something is refused, which has been reported.</returns>
    public static async Task<bool> PassesAsync(
        TransferPlan plan, IRegistry registry, TrustRule? rule, Session session, Task<SignedBy>? admission,
        CancellationToken cancellationToken)
    {
        if (rule is null)
            return true;
        // Only a verified signature proves the record of what was derived.
        bool isProven = admission is not null && !plan.SourceDerived.IsEmpty;
        if (isProven)
            _ = await admission!.WaitAsync(cancellationToken);
        string? phase = session.Phase;
        session.Phase = "verifying signatures";
        PlanTrust trust = await PlanTrust.VerifyAsync(plan, registry, _ => rule, exceptRoot: false, isProven, cancellationToken);
        session.Report.Signatures = [.. trust.Images];
        foreach (Diagnostic warning in trust.Warnings)
            session.Warn(warning);
        foreach (Diagnostic refusal in trust.Refusals)
            session.Fail(refusal);
        session.Phase = phase;
        return trust.Refusals.IsEmpty;
    }
}
