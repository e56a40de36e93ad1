using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Airgap.Trust.Certificates;

/// <summary>
/// The chain from a certificate to a trusted one. It downloads nothing, ignores the system's roots and does not check revocation. Every
/// signature in it is strong; a root is trusted as it is.
/// </summary>
internal static class TrustChain
{
    /// <summary>Extended key usage: signs code.</summary>
    public const string CodeSigning = "1.3.6.1.5.5.7.3.3";

    /// <summary>Extended key usage: issues timestamps.</summary>
    public const string TimeStamping = "1.3.6.1.5.5.7.3.8";

    /// <summary>Builds the chain at a time.</summary>
    /// <param name="leaf">The certificate.</param>
    /// <param name="roots">The trusted certificates.</param>
    /// <param name="between">Possible intermediate certificates.</param>
    /// <param name="at">The time at which all must be valid; null if that is checked elsewhere.</param>
    /// <param name="usage">The extended key usage that the leaf must name; null if that is checked elsewhere.</param>
    /// <returns>Leaf to root; null when there is no such chain.</returns>
    public static IReadOnlyList<X509Certificate2>? Build(
        X509Certificate2 leaf, IEnumerable<X509Certificate2> roots, IEnumerable<X509Certificate2> between, DateTimeOffset? at,
        string? usage)
    {
        if ((usage is not null && !HasUsage(leaf, usage)) || (at is { } time && !IsValid(leaf, time)))
            return null;
        using X509Chain chain = new()
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
                VerificationTimeIgnored = false,
                VerificationTime = (at ?? leaf.NotAfter.ToUniversalTime()).UtcDateTime,

                // Times are checked below: for OpenSSL, the last second of a certificate is too late.
                VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid,
            },
        };
        if (usage is not null)
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid(usage));
        foreach (X509Certificate2 root in roots)
            chain.ChainPolicy.CustomTrustStore.Add(root);
        foreach (X509Certificate2 certificate in between)
            chain.ChainPolicy.ExtraStore.Add(certificate);
        try
        {
            return chain.Build(leaf) && chain.ChainElements.All(element => at is not { } when || IsValid(element.Certificate, when))
                && chain.ChainElements.SkipLast(1).All(element => SignatureStrength.IsStrong(element.Certificate))
                ? [.. chain.ChainElements.Select(element => element.Certificate)]
                : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Determines whether a certificate is valid at a time, both ends included.</summary>
    public static bool IsValid(X509Certificate2 certificate, DateTimeOffset at) =>
        at >= new DateTimeOffset(certificate.NotBefore.ToUniversalTime())
            && at <= new DateTimeOffset(certificate.NotAfter.ToUniversalTime());

    // A leaf without the extension would be for any purpose.
    private static bool HasUsage(X509Certificate2 leaf, string usage) =>
        leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .Any(extension => extension.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value == usage));
}
