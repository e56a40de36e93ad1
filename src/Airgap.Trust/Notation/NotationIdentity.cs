using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Notation;

/// <summary>Required parts of a certificate's subject; other parts are allowed.</summary>
internal sealed class NotationIdentity
{
    private const string Prefix = "x509.subject:";

    private static readonly Dictionary<string, string> s_types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["CN"] = "2.5.4.3",
        ["C"] = "2.5.4.6",
        ["L"] = "2.5.4.7",
        ["ST"] = "2.5.4.8",
        ["S"] = "2.5.4.8",
        ["STREET"] = "2.5.4.9",
        ["O"] = "2.5.4.10",
        ["OU"] = "2.5.4.11",
        ["DC"] = "0.9.2342.19200300.100.1.25",
        ["UID"] = "0.9.2342.19200300.100.1.1",
        ["E"] = "1.2.840.113549.1.9.1",
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
        Dictionary<string, string> parts = new(StringComparer.Ordinal);
        foreach (string part in Split(text[Prefix.Length..]))
        {
            int equals = part.IndexOf('=');
            if (equals <= 0 || !s_types.TryGetValue(part[..equals].Trim(), out string? type)
                || Unescape(part[(equals + 1)..].Trim()) is not { Length: > 0 } value || !parts.TryAdd(type, value))
                throw format.Invalid($"'{part.Trim()}' in the identity '{text}' is not a part of a subject, or occurs twice");
        }

        // As in Notation: fewer parts would match anyone.
        return parts.ContainsKey("2.5.4.6") && parts.ContainsKey("2.5.4.8") && parts.ContainsKey("2.5.4.10")
            ? new NotationIdentity(text, parts)
            : throw format.Invalid($"the identity '{text}' has to have C, ST and O");
    }

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
                || !subject.TryAdd(type, name.GetSingleElementValue() ?? ""))
                return false;
        }

        return _parts.All(part => subject.GetValueOrDefault(part.Key) == part.Value);
    }

    private static IEnumerable<string> Split(string text)
    {
        int start = 0;
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] == '\\')
                at++;
            else if (text[at] == ',')
            {
                yield return text[start..at];
                start = at + 1;
            }
        }

        yield return text[start..];
    }

    private static string Unescape(string text)
    {
        StringBuilder result = new(text.Length);
        for (int at = 0; at < text.Length; at++)
            result.Append(text[at] == '\\' && at + 1 < text.Length ? text[++at] : text[at]);
        return result.ToString();
    }
}
