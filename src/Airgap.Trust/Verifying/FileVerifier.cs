using Airgap.Oci;
using Airgap.Trust.Formats;
using Airgap.Trust.Signers;
using Airgap.Trust.Stored;

namespace Airgap.Trust.Verifying;

/// <summary>Verifies a file by the sigstore bundle next to it (<c>cosign sign-blob --bundle</c>).</summary>
internal static class FileVerifier
{
    /// <summary>Verifies the signatures.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="bundle">The bundle.</param>
    /// <param name="name">The file, for people.</param>
    /// <param name="anyOf">The accepted signers.</param>
    /// <param name="statementType">
    /// The required type of a signed statement: statements of other types by the same key, such as an SBOM, approve nothing. Null for any,
    /// as in cosign; the verdict's form then names the type.
    /// </param>
    /// <param name="now">The time of the verification.</param>
    public static Verdict Verify(
        SignedBytes file, byte[] bundle, string name, IReadOnlyList<Signer> anyOf, string? statementType, DateTimeOffset now)
    {
        try
        {
            return Verdict.Accepted(SignatureChecks.File(bundle, file, anyOf, statementType, now));
        }
        catch (AirgapException e) when (SignatureFailures.IsOfOne(e))
        {
            return Verdict.Refused(ErrorCode.SignatureRejected, name, [e.Message]);
        }
    }
}
