using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>A timestamp authority for the test (RFC 3161), and its root.</summary>
internal sealed class OwnStamper : IDisposable
{
    public const string Sha256 = "2.16.840.1.101.3.4.2.1";
    public const string Sha1 = "1.3.14.3.2.26";

    private const string TimeStamping = "1.3.6.1.5.5.7.3.8";

    private readonly RSA _key = RSA.Create(2048);
    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _certificate;

    public OwnStamper(
        DateTimeOffset start, DateTimeOffset end, X509KeyUsageFlags? usage = X509KeyUsageFlags.DigitalSignature,
        string[]? purposes = null, bool isAuthority = false)
    {
        CertificateRequest root = new("CN=root of the stamper", _rootKey, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        root.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _root = root.CreateSelfSigned(start, end);
        CertificateRequest request = new("CN=stamper", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (usage is { } flags)
            request.CertificateExtensions.Add(new X509KeyUsageExtension(flags, false));
        if (isAuthority)
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        OidCollection oids = [.. (purposes ?? [TimeStamping]).Select(one => new Oid(one))];
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(oids, critical: true));
        using X509Certificate2 issued =
            request.Create(_root.SubjectName, X509SignatureGenerator.CreateForECDsa(_rootKey), start, end, [1]);
        _certificate = issued.CopyWithPrivateKey(_key);
    }

    public X509Certificate2 Root => _root;

    public byte[] Certificate => _certificate.RawData;

    /// <summary>A token over a signature.</summary>
    public byte[] Stamp(
        byte[] signature, DateTimeOffset time, long? accuracy = null, string policy = "1.2.3.4", string hash = Sha256,
        string signedHash = Sha256, bool isNamed = true)
    {
        byte[] imprint = hash == Sha256 ? SHA256.HashData(signature) : SHA1.HashData(signature);
        Rfc3161TimestampTokenInfo info = new(new Oid(policy), new Oid(hash), imprint, new byte[] { 1 }, time, accuracy);
        SignedCms cms = new(new ContentInfo(new Oid("1.2.840.113549.1.9.16.1.4"), info.Encode()));
        CmsSigner signer = new(SubjectIdentifierType.IssuerAndSerialNumber, _certificate)
        {
            DigestAlgorithm = new Oid(signedHash),
            IncludeOption = X509IncludeOption.EndCertOnly
        };
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                    writer.WriteOctetString(isNamed ? SHA256.HashData(_certificate.RawData) : SHA1.HashData(_certificate.RawData));
            }
        }

        // SigningCertificateV2, or the older form over SHA-1.
        signer.SignedAttributes.Add(
            new AsnEncodedData(new Oid(isNamed ? "1.2.840.113549.1.9.16.2.47" : "1.2.840.113549.1.9.16.2.12"), writer.Encode()));
        cms.ComputeSignature(signer);
        return cms.Encode();
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _root.Dispose();
        _key.Dispose();
        _rootKey.Dispose();
    }
}
