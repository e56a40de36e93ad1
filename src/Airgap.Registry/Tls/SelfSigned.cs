using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Airgap.Registry.Tls;

/// <summary>
/// Makes a certificate for given names, and an authority that signs only this certificate, whose key is discarded
/// immediately.
/// </summary>
internal static class SelfSigned
{
    // Clients refuse certificates that are valid for much longer than a year; clocks behind an air gap differ.
    private static readonly TimeSpan s_slack = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_validity = TimeSpan.FromDays(365);

    /// <summary>Makes the two.</summary>
    /// <param name="names">DNS names; at least one if there are no addresses.</param>
    /// <param name="addresses">IP addresses.</param>
    /// <param name="now">The time.</param>
    /// <returns>The certificate, and the authority's certificate in PEM, which clients must trust.</returns>
    public static (ServerCertificate Certificate, string Authority) Create(
        IReadOnlyCollection<string> names, IReadOnlyCollection<IPAddress> addresses, DateTimeOffset now)
    {
        using ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest authority =
            new($"CN=airgap serve {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(
                certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        authority.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        X509SubjectKeyIdentifierExtension identifier = new(authority.PublicKey, critical: false);
        authority.CertificateExtensions.Add(identifier);
        using X509Certificate2 signer = authority.CreateSelfSigned(now - s_slack, now + s_validity);

        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=airgap serve", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(identifier));
        SubjectAlternativeNameBuilder alternatives = new();
        foreach (string name in names)
            alternatives.AddDnsName(name);
        foreach (IPAddress address in addresses)
            alternatives.AddIpAddress(address);
        request.CertificateExtensions.Add(alternatives.Build());
        using X509Certificate2 signed = request.Create(signer, now - s_slack, now + s_validity, RandomNumberGenerator.GetBytes(16));
        X509Certificate2 leaf = CertificateFiles.Usable(signed.CopyWithPrivateKey(key));
        return (new ServerCertificate(leaf, []), signer.ExportCertificatePem());
    }
}
