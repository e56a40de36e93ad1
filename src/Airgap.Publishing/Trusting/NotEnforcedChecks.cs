using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Trust.Signers;
using Airgap.Trust.Verifying;

namespace Airgap.Publishing.Trusting;

/// <summary>Warns of the checks that an accepted image failed, because its policy only reports them.</summary>
internal static class NotEnforcedChecks
{
    /// <summary>The warnings about an image; empty if it passed every check, or is refused.</summary>
    public static IEnumerable<Diagnostic> Of(Verdict verdict, ImageReference name, Digest digest)
    {
        foreach (SignedBy by in verdict.By.Where(by => by.NotEnforced.Count > 0))
            yield return new Diagnostic(
                ErrorCode.CheckNotEnforced,
                $"{name} is accepted although its signature fails checks that the trust policy only reports: " +
                string.Join(" ", by.NotEnforced),
                "Do not take it for verified. To refuse it, give the statement of the policy the level strict.")
            { Reference = name.ToString(), Digest = digest.ToString() };
    }
}
