using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Airgap.Cluster.Connecting;

/// <summary>Certificates of clients.</summary>
internal static class ClientCertificates
{
    /// <summary>A certificate with its key and its issuers, which a cluster that knows only the root needs.</summary>
    /// <param name="certificates">The certificate, then those of its issuers if there are any, as PEM.</param>
    /// <param name="key">The key, as PEM.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The texts are not a certificate and its key.</exception>
    public static SslStreamCertificateContext Of(string certificates, string key)
    {
        X509Certificate2 own = X509Certificate2.CreateFromPem(certificates, key);
        X509Certificate2Collection all = [];
        all.ImportFromPem(certificates);
        if (OperatingSystem.IsWindows())
        {
            // Windows does not send a certificate whose key is only in memory.
            using X509Certificate2 inMemory = own;
            own = X509CertificateLoader.LoadPkcs12(inMemory.Export(X509ContentType.Pkcs12), password: null);
        }

        return SslStreamCertificateContext.Create(own, [.. all.Skip(1)], offline: true);
    }
}
