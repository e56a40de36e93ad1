using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Notation;

/// <summary>Required parts of a certificate's subject; other parts are allowed.</summary>
internal sealed class NotationIdentity
{
    private const string Prefix = "x509.subject:";

    // The ones that Go names. Notation compares its texts, and refuses a subject with any other.
    private static readonly Dictionary<string, string> s_types = new(StringComparer.Ordinal)
    {
        ["CN"] = "2.5.4.3",
        ["SERIALNUMBER"] = "2.5.4.5",
        ["C"] = "2.5.4.6",
        ["L"] = "2.5.4.7",
        ["ST"] = "2.5.4.8",
        ["S"] = "2.5.4.8",
        ["STREET"] = "2.5.4.9",
        ["O"] = "2.5.4.10",
        ["OU"] = "2.5.4.11",
        ["POSTALCODE"] = "2.5.4.17",
    };

    private readonly Dictionary<string, string> _parts;

    private NotationIdentity(string text, Dictionary<string, string> parts)
    {
        Text = text;
        _parts = parts;
    }

    /// <summary>The text as written.</summary>
    public string Text { get; }

    /// <summary>Reads <c>x509.subject: C=…, ST=…, O=…</c>.</summary>
    public static NotationIdentity Parse(string text, Format format)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            throw format.Invalid($"the identity '{text}' does not begin with '{Prefix}'");
        // Notation refuses it, too: in RFC 4514, '#' begins the value's bytes in hex, and a reader may take them for a text.
        if (text.Contains("=#", StringComparison.Ordinal))
            throw format.Invalid($"the identity '{text}' contains '=#'");
        Dictionary<string, string> parts = new(StringComparer.Ordinal);
        foreach (string part in SubjectText.Split(text[Prefix.Length..]))
        {
            int equals = part.IndexOf('=');
            if (equals <= 0 || !s_types.TryGetValue(part[..equals].Trim(), out string? type)
                || SubjectText.Unescape(SubjectText.Trim(part[(equals + 1)..])) is not { Length: > 0 } value || !parts.TryAdd(type, value))
                throw format.Invalid($"'{part.Trim()}' in the identity '{text}' is not a part of a subject, or occurs twice");
        }

        // As in Notation: fewer parts would match anyone.
        return parts.ContainsKey("2.5.4.6") && parts.ContainsKey("2.5.4.8") && parts.ContainsKey("2.5.4.10")
            ? new NotationIdentity(text, parts)
            : throw format.Invalid($"the identity '{text}' has to have C, ST and O");
    }

    /// <summary>True when whoever has all parts of another identity has those of this one.</summary>
    public bool Includes(NotationIdentity other) => _parts.All(part => other._parts.GetValueOrDefault(part.Key) == part.Value);

    /// <summary>True when a certificate has all parts.</summary>
    public bool Matches(X509Certificate2 certificate)
    {
        try
        {
            return Fits(certificate);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private bool Fits(X509Certificate2 certificate)
    {
        Dictionary<string, string> subject = new(StringComparer.Ordinal);
        foreach (X500RelativeDistinguishedName name in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (name.HasMultipleElements || name.GetSingleElementType().Value is not { } type
                || !s_types.ContainsValue(type) || !subject.TryAdd(type, name.GetSingleElementValue() ?? ""))
                return false;
        }

        return _parts.All(part => subject.GetValueOrDefault(part.Key) == part.Value);
    }
}
