using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Airgap.Trust.Formats;
using Airgap.Trust.Keys;

namespace Airgap.Trust.Certificates;

/// <summary>Reads untrusted certificates.</summary>
internal static class CertificateReader
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>One certificate in DER with nothing after it.</summary>
    public static X509Certificate2 FromDer(ReadOnlySpan<byte> der, Format format)
    {
        if (der.Length > MaxBytes)
            throw format.Invalid("a certificate in it is too large");
        try
        {
            X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(der);

            // The loader also reads PEM, and passes over bytes at the end.
            if (!certificate.RawDataMemory.Span.SequenceEqual(der))
                throw format.Invalid("a certificate in it is not plain DER");
            Decode(certificate);
            return certificate.Extensions.DistinctBy(extension => extension.Oid?.Value).Count() == certificate.Extensions.Count
                ? certificate
                : throw format.Invalid("a certificate in it has an extension twice");
        }
        catch (CryptographicException e)
        {
            throw format.Invalid("a certificate in it cannot be read", e);
        }
    }

    // .NET decodes these when they are first asked for, and fails only then.
    private static void Decode(X509Certificate2 certificate)
    {
        _ = (certificate.NotBefore, certificate.NotAfter, certificate.Subject, certificate.Issuer, certificate.SerialNumber);
        foreach (X509Extension extension in certificate.Extensions)
        {
            _ = extension switch
            {
                X509BasicConstraintsExtension constraints => constraints.CertificateAuthority ? 1 : 0,
                X509KeyUsageExtension usage => (int)usage.KeyUsages,
                X509EnhancedKeyUsageExtension usages => usages.EnhancedKeyUsages.Count,
                _ => 0,
            };
        }
    }

    /// <summary>The key of a certificate.</summary>
    public static VerificationKey KeyOf(X509Certificate2 certificate, Format format)
    {
        try
        {
            return VerificationKey.Read(certificate.PublicKey.ExportSubjectPublicKeyInfo(), format);
        }
        catch (CryptographicException e)
        {
            throw format.Invalid("the key of its certificate cannot be read", e);
        }
    }

    /// <summary>Certificates in PEM, in order; at least one.</summary>
    public static IReadOnlyList<X509Certificate2> FromPem(string text, Format format)
    {
        if (text.Length > Limits.ConfigBytes)
            throw format.Invalid("its certificates are too large");
        List<X509Certificate2> result = [];
        ReadOnlySpan<char> rest = text;
        while (PemEncoding.TryFind(rest, out PemFields fields))
        {
            if (!rest[fields.Label].SequenceEqual("CERTIFICATE"))
                throw format.Invalid($"it contains '{rest[fields.Label]}' instead of a certificate");
            byte[] der = new byte[fields.DecodedDataLength];
            if (!Convert.TryFromBase64Chars(rest[fields.Base64Data], der, out int written))
                throw format.Invalid("a certificate in it is not PEM");
            result.Add(FromDer(der.AsSpan(0, written), format));
            if (result.Count > Limits.Proofs * 16)
                throw format.Invalid("it contains too many certificates");
            rest = rest[fields.Location.End..];
        }

        return result.Count > 0 ? result : throw format.Invalid("it contains no certificate");
    }

    /// <summary>Certificates of a file in PEM or DER.</summary>
    public static IReadOnlyList<X509Certificate2> FromFile(byte[] bytes, Format format) =>
        bytes.AsSpan().StartsWith("-----BEGIN"u8) || bytes.AsSpan().IndexOf("-----BEGIN CERTIFICATE"u8) >= 0
            ? FromPem(Encoding.UTF8.GetString(bytes), format)
            : [FromDer(bytes, format)];
}
