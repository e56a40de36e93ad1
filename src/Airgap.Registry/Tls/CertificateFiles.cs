using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Registry.Tls;

/// <summary>A certificate for https: the leaf with its key, and the intermediate certificates that clients may lack.</summary>
/// <param name="Leaf">With its private key.</param>
/// <param name="Chain">The others, in the order of the file.</param>
internal sealed record ServerCertificate(X509Certificate2 Leaf, X509Certificate2Collection Chain) : IDisposable
{
    public void Dispose()
    {
        Leaf.Dispose();
        foreach (X509Certificate2 certificate in Chain)
            certificate.Dispose();
    }
}

/// <summary>Reads a certificate and its key from PEM files.</summary>
internal static class CertificateFiles
{
    private const string Advice =
        "Give PEM files: the certificate followed by its intermediate certificates, and its key without a password.";

    /// <summary>Reads the files.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidServerCertificate"/>, or a 3xxx code.</exception>
    public static ServerCertificate Read(string certificatePath, string keyPath, DateTimeOffset now)
    {
        string certificates = ReadText(certificatePath);
        string key = ReadText(keyPath);
        X509Certificate2Collection all = [];
        try
        {
            all.ImportFromPem(certificates);
        }
        catch (CryptographicException e)
        {
            throw Invalid(certificatePath, "it is not a certificate in PEM", e);
        }

        if (all.Count == 0)
            throw Invalid(certificatePath, "it contains no certificate in PEM", null);
        if (now > all[0].NotAfter || now < all[0].NotBefore)
            throw Invalid(certificatePath,
                "the certificate is valid from " +
                $"{all[0].NotBefore.ToUniversalTime():yyyy-MM-dd} to {all[0].NotAfter.ToUniversalTime():yyyy-MM-dd}, but today is " +
                $"{now.UtcDateTime:yyyy-MM-dd}", null);
        try
        {
            X509Certificate2 leaf = Usable(X509Certificate2.CreateFromPem(certificates, key));
            all[0].Dispose();
            all.RemoveAt(0);
            return new ServerCertificate(leaf, all);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw Invalid(keyPath, $"it is not the private key, in PEM and without a password, of the certificate in '{certificatePath}'",
                e);
        }
    }

    /// <summary>The same certificate with its key in a form that TLS can use on every system.</summary>
    public static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
            return certificate;
        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
    }

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw IoFailures.Translate(e, path);
        }
    }

    private static AirgapException Invalid(string path, string why, Exception? inner) =>
        new(ErrorCode.InvalidServerCertificate, $"'{path}' cannot be used for https: {why}.", Advice, inner)
        {
            Location = new SourceLocation(path)
        };
}
