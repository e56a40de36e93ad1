using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Airgap.Trust.Certificates;

/// <summary>The bytes that a certificate log signs: the certificate's body without the log's own proof.</summary>
/// <remarks>Source: RFC 6962, section 3.2.</remarks>
internal static class PrecertificateBytes
{
    private static readonly Asn1Tag s_extensions = new(TagClass.ContextSpecific, 3, isConstructed: true);

    /// <summary>The TBSCertificate without one extension.</summary>
    /// <exception cref="AsnContentException">The certificate is not DER.</exception>
    public static byte[] Without(X509Certificate2 certificate, string extension)
    {
        AsnReader body = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            while (body.HasData)
            {
                if (body.PeekTag() == s_extensions)
                    WriteExtensions(body.ReadSequence(s_extensions).ReadSequence(), extension, writer);
                else
                    writer.WriteEncodedValue(body.ReadEncodedValue().Span);
            }
        }

        return writer.Encode();
    }

    private static void WriteExtensions(AsnReader extensions, string without, AsnWriter writer)
    {
        using (writer.PushSequence(s_extensions))
        using (writer.PushSequence())
        {
            while (extensions.HasData)
            {
                ReadOnlyMemory<byte> one = extensions.ReadEncodedValue();
                if (new AsnReader(one, AsnEncodingRules.DER).ReadSequence().ReadObjectIdentifier() != without)
                    writer.WriteEncodedValue(one.Span);
            }
        }
    }
}
