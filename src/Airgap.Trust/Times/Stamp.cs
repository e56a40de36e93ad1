using System.Security.Cryptography.X509Certificates;

namespace Airgap.Trust.Times;

/// <summary>The time in a verified token.</summary>
/// <param name="Time">The time.</param>
/// <param name="Accuracy">How far the authority's clock may be off.</param>
/// <param name="NamesSigner">True if the token names its signer's certificate by SHA-2, as SigningCertificateV2.</param>
/// <param name="Chain">The authority's certificates: the stamping one first, the root last.</param>
internal sealed record Stamp(DateTimeOffset Time, TimeSpan Accuracy, bool NamesSigner, IReadOnlyList<X509Certificate2> Chain)
{
    /// <summary>True if a certificate was valid at the earliest and the latest time that the token may mean.</summary>
    public bool IsWithin(X509Certificate2 certificate) =>
        Certificates.TrustChain.IsValid(certificate, Time - Accuracy) && Certificates.TrustChain.IsValid(certificate, Time + Accuracy);
}
