using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Airgap.Trust.Certificates;

namespace Airgap.Trust.Notation;

/// <summary>What the Notary Project requires of the certificates of a signer or a timestamp authority.</summary>
/// <remarks>Source: notaryproject/specifications, specs/signature-specification.md, Certificate Requirements; notation-core-go, x509.
/// </remarks>
internal static class ChainRules
{
    private const X509KeyUsageFlags Foreign = X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.DataEncipherment
        | X509KeyUsageFlags.KeyAgreement | X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.EncipherOnly
        | X509KeyUsageFlags.DecipherOnly;

    // TLS servers and clients, e-mail, timestamps, OCSP. A certificate without a purpose, or with others, may sign.
    private static readonly string[] s_foreign =
        ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4", TrustChain.TimeStamping, "1.3.6.1.5.5.7.3.9"];

    /// <summary>What is wrong with a signer's chain, leaf first, as a sentence; null for nothing.</summary>
    public static string? ProblemOfSigner(IReadOnlyList<X509Certificate2> chain)
    {
        X509Certificate2 leaf = chain[0];
        if (PurposesOf(leaf).Intersect(s_foreign).FirstOrDefault() is { } purpose)
            return $"Its certificate is also for another purpose than signing ({purpose}).";
        if (chain.Count > 1 && chain.FirstOrDefault(one => !SignatureStrength.IsStrong(one)) is { } weak)
            return $"'{weak.Subject}' in its chain is signed with a weak algorithm.";
        return ProblemOf(chain, isCritical: true) ?? (
            TrustChain.Build(leaf, [chain[^1]], chain.Skip(1), at: null, usage: null) is { } built
            && built.Select(one => one.Thumbprint).SequenceEqual(chain.Select(one => one.Thumbprint))
            ? null : "Its certificates do not form a chain to a root, or have a critical extension that is not known.");
    }

    /// <summary>What is wrong with the chain of a timestamp authority, which leads to a root already; null for nothing.</summary>
    public static string? ProblemOfStamper(IReadOnlyList<X509Certificate2> chain) =>
        NotationEnvelope.AlgorithmOf(chain[0]) is null ? "The key of its certificate has a size or type that is not supported."
        : chain.FirstOrDefault(one => !SignatureStrength.IsStrong(one)) is { } weak
            ? $"'{weak.Subject}' in its chain is signed with a weak algorithm."
        : ProblemOf(chain, isCritical: false);

    private static string? ProblemOf(IReadOnlyList<X509Certificate2> chain, bool isCritical)
    {
        if (UsageOf(chain[0], isCritical) is not { } usage || !usage.HasFlag(X509KeyUsageFlags.DigitalSignature)
            || (usage & Foreign) != 0 || IsAuthority(chain[0]))
            return $"Its certificate is not for signatures alone{(isCritical ? ", in a critical key usage" : "")}.";
        foreach (X509Certificate2 authority in chain.Skip(1))
        {
            if (!IsAuthority(authority) || UsageOf(authority, isCritical)?.HasFlag(X509KeyUsageFlags.KeyCertSign) != true)
                return $"'{authority.Subject}' in its chain does not say that it issues certificates"
                    + $"{(isCritical ? ", in a critical key usage" : "")}.";
        }

        return null;
    }

    private static IEnumerable<string?> PurposesOf(X509Certificate2 certificate) => certificate.Extensions
        .OfType<X509EnhancedKeyUsageExtension>().SelectMany(extension => extension.EnhancedKeyUsages.Cast<Oid>()).Select(oid => oid.Value);

    private static X509KeyUsageFlags? UsageOf(X509Certificate2 certificate, bool isCritical) =>
        certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is { } usage && (usage.Critical || !isCritical)
            ? usage.KeyUsages : null;

    private static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority);
}
