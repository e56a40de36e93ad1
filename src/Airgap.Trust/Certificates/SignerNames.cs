using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Certificates;

/// <summary>The identity in a Fulcio certificate: the subject alternative names and their OIDC issuer.</summary>
internal static class SignerNames
{
    private const string AlternativeNames = "2.5.29.17";
    private const string UserName = "1.3.6.1.4.1.57264.1.7";
    private const string Issuer = "1.3.6.1.4.1.57264.1.8";
    private const string OldIssuer = "1.3.6.1.4.1.57264.1.1";
    private const int MaxNames = 100;

    /// <summary>E-mail addresses, URIs, DNS names and Fulcio's user names, in order.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="format">What it belongs to, for failures.</param>
    /// <param name="kind">The only kind of names that counts; null for all of these.</param>
    public static IReadOnlyList<string> Subjects(X509Certificate2 certificate, Format format, NameKind? kind = null)
    {
        if (Extension(certificate, AlternativeNames) is not { } raw)
            return [];
        try
        {
            List<string> names = [];
            AsnReader reader = new(raw, AsnEncodingRules.DER);
            AsnReader list = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            while (list.HasData && names.Count < MaxNames)
            {
                Asn1Tag tag = list.PeekTag();
                if (tag.TagClass != TagClass.ContextSpecific)
                    throw format.Invalid("the names in its certificate cannot be read");
                switch (kind is { } only && tag.TagValue != (int)only ? -1 : tag.TagValue)
                {
                    case 0:
                        AsnReader other = list.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0));
                        if (other.ReadObjectIdentifier() == UserName)
                            names.Add(other.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0))
                                .ReadCharacterString(UniversalTagNumber.UTF8String));
                        break;
                    case 1 or 2 or 6:
                        names.Add(list.ReadCharacterString(
                            UniversalTagNumber.IA5String, new Asn1Tag(TagClass.ContextSpecific, tag.TagValue)));
                        break;
                    default:
                        list.ReadEncodedValue();
                        break;
                }
            }

            return names;
        }
        catch (AsnContentException e)
        {
            throw format.Invalid("the names in its certificate cannot be read", e);
        }
    }

    /// <summary>
    /// The one name that sigstore takes from the certificate of a bundle: the first URI, else the first e-mail address, else the user name.
    /// Empty if there is none.
    /// </summary>
    public static IReadOnlyList<string> OneSubject(X509Certificate2 certificate, Format format) =>
        [.. new[] { NameKind.Uri, NameKind.Email, NameKind.UserName }
            .SelectMany(kind => Subjects(certificate, format, kind)).Where(name => name.Length > 0).Take(1)];

    /// <summary>The OIDC issuer; null when the certificate names none. Two different issuers are refused.</summary>
    public static string? IssuerOf(X509Certificate2 certificate, Format format)
    {
        try
        {
            string? issuer = Extension(certificate, Issuer) is { } raw ? Utf8(raw) : null;
            string? before = Extension(certificate, OldIssuer) is { } old
                ? new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(old) : null;
            return issuer is null || before is null || issuer == before
                ? issuer ?? before : throw format.Invalid($"its certificate names two issuers, '{issuer}' and '{before}'");
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException)
        {
            throw format.Invalid("the issuer in its certificate cannot be read", e);
        }
    }

    private static string Utf8(byte[] raw)
    {
        AsnReader reader = new(raw, AsnEncodingRules.DER);
        string text = reader.ReadCharacterString(UniversalTagNumber.UTF8String);
        reader.ThrowIfNotEmpty();
        return text;
    }

    private static byte[]? Extension(X509Certificate2 certificate, string id) =>
        certificate.Extensions.FirstOrDefault(extension => extension.Oid?.Value == id)?.RawData;
}
