using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>A timestamp authority for the test (RFC 3161).</summary>
internal sealed class OwnStamper : IDisposable
{
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public OwnStamper(DateTimeOffset start, DateTimeOffset end)
    {
        CertificateRequest request = new("CN=stamper", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.8")], critical: true));
        _certificate = request.CreateSelfSigned(start, end);
    }

    public byte[] Certificate => _certificate.RawData;

    /// <summary>A token over a signature.</summary>
    public byte[] Stamp(byte[] signature, DateTimeOffset time)
    {
        Rfc3161TimestampTokenInfo info = new(new Oid("1.2.3.4"), new Oid(Sha256), SHA256.HashData(signature), new byte[] { 1 }, time);
        SignedCms cms = new(new ContentInfo(new Oid("1.2.840.113549.1.9.16.1.4"), info.Encode()));
        CmsSigner signer = new(SubjectIdentifierType.IssuerAndSerialNumber, _certificate)
        {
            DigestAlgorithm = new Oid(Sha256),
            IncludeOption = X509IncludeOption.EndCertOnly
        };
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                    writer.WriteOctetString(SHA256.HashData(_certificate.RawData));
            }
        }

        signer.SignedAttributes.Add(new AsnEncodedData(new Oid("1.2.840.113549.1.9.16.2.47"), writer.Encode()));
        cms.ComputeSignature(signer);
        return cms.Encode();
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }
}
