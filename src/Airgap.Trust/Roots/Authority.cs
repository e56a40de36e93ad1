using System.Security.Cryptography.X509Certificates;
using Airgap.Trust.Certificates;

namespace Airgap.Trust.Roots;

/// <summary>A certificate or timestamp authority that is trusted.</summary>
/// <param name="Leaf">The only certificate that may stamp; null for certificate authorities, and where the root names only
/// authorities.</param>
/// <param name="Roots">The trusted certificates.</param>
/// <param name="Between">Possible intermediate certificates.</param>
/// <param name="Validity">When it is trusted.</param>
internal sealed record Authority(
    X509Certificate2? Leaf, IReadOnlyList<X509Certificate2> Roots, IReadOnlyList<X509Certificate2> Between, Validity Validity)
{
    /// <summary>The chain from a certificate to this authority at a time; null when there is none.</summary>
    public IReadOnlyList<X509Certificate2>? ChainOf(X509Certificate2 certificate, DateTimeOffset at, string usage) =>
        Validity.Contains(at) && (Leaf is null || Leaf.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span))
            ? TrustChain.Build(certificate, Roots, Between, at, usage)
            : null;
}
