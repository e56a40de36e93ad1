using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Airgap.Oci.Tests.Client.Infra;

/// <summary>Certificates made for one test.</summary>
internal static class Certificates
{
    private static readonly DateTimeOffset s_from = DateTimeOffset.UtcNow.AddDays(-1);
    private static readonly DateTimeOffset s_to = DateTimeOffset.UtcNow.AddDays(1);

    public static X509Certificate2 SelfSigned(string host)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = Request(host, key).CreateSelfSigned(s_from, s_to);
        return WithUsableKey(certificate);
    }

    /// <param name="issuer">The signer; null to sign it with its own key.</param>
    /// <param name="name">The subject; null for a unique one.</param>
    public static X509Certificate2 Authority(X509Certificate2? issuer = null, string? name = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(name ?? $"CN=Test authority {Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        if (issuer is null)
        {
            using X509Certificate2 certificate = request.CreateSelfSigned(s_from, s_to);
            return WithUsableKey(certificate);
        }

        using X509Certificate2 bare = request.Create(issuer, issuer.NotBefore, issuer.NotAfter, Guid.NewGuid().ToByteArray());
        using X509Certificate2 signed = bare.CopyWithPrivateKey(key);
        return WithUsableKey(signed);
    }

    public static X509Certificate2 SignedBy(X509Certificate2 authority, string host)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 bare =
            Request(host, key).Create(authority, authority.NotBefore, authority.NotAfter, Guid.NewGuid().ToByteArray());
        using X509Certificate2 certificate = bare.CopyWithPrivateKey(key);
        return WithUsableKey(certificate);
    }

    private static CertificateRequest Request(string host, ECDsa key)
    {
        CertificateRequest request = new("CN=" + host, key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        return request;
    }

    private static X509Certificate2 WithUsableKey(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
}
