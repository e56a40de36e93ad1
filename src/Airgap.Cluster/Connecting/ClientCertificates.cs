using System.Security.Cryptography.X509Certificates;

namespace Airgap.Cluster.Connecting;

/// <summary>Certificates of clients.</summary>
internal static class ClientCertificates
{
    /// <summary>A certificate with its key, both as PEM.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The texts are not a certificate and its key.</exception>
    public static X509Certificate2 Of(string certificate, string key)
    {
        X509Certificate2 made = X509Certificate2.CreateFromPem(certificate, key);
        if (!OperatingSystem.IsWindows())
            return made;
        // Windows does not send a certificate whose key is only in memory.
        using (made)
            return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
    }
}
