using System.Globalization;
using System.Net;
using System.Text;

namespace Airgap.Oci.Wire;

/// <summary>
/// Finds a secret in a server's text, in the forms in which servers and proxies repeat it: verbatim, percent-encoded in
/// any way, escaped for JSON or HTML, in hexadecimal digits, and inside base64.
/// </summary>
internal sealed class EchoedSecret
{
    private const string Hidden = "REDACTED";

    // Shorter secrets occur in ordinary words, and replacing those would reveal their positions.
    private const int ShortestSecret = 4;
    private const int ShortestForm = 6;

    private readonly string _secret;
    private readonly string[][] _characters;
    private readonly string[] _encoded;

    private EchoedSecret(string secret)
    {
        _secret = secret;
        _characters = [.. secret.EnumerateRunes().Select(FormsOf)];
        _encoded = [.. EncodedForms(secret).Where(form => form.Length >= ShortestForm).Distinct()];
    }

    /// <summary>A text without a secret.</summary>
    public static string Remove(string text, string secret) =>
        secret.Length < ShortestSecret || text.Length < ShortestSecret ? text : new EchoedSecret(secret).RemoveFrom(text);

    private string RemoveFrom(string text)
    {
        text = text.Replace(_secret, Hidden, StringComparison.Ordinal);
        text = RemoveEscaped(RemoveEscaped(text, longestFirst: true), longestFirst: false);
        foreach (string form in _encoded)
            text = RemoveEncoded(text, form);
        return text;
    }

    // Each character in any of its forms, one after the other.
    private string RemoveEscaped(string text, bool longestFirst)
    {
        StringBuilder kept = new(text.Length);
        for (int at = 0; at < text.Length;)
        {
            int end = EndOf(text, at, longestFirst);
            kept.Append(end < 0 ? text.AsSpan(at, 1) : Hidden);
            at = end < 0 ? at + 1 : end;
        }

        return kept.ToString();
    }

    private int EndOf(string text, int at, bool longestFirst)
    {
        foreach (string[] forms in _characters)
        {
            int length = 0;
            for (int i = 0; i < forms.Length && length == 0; i++)
            {
                string form = forms[longestFirst ? forms.Length - 1 - i : i];
                StringComparison comparison = form.Length > 2 ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
                if (text.AsSpan(at).StartsWith(form, comparison))
                    length = form.Length;
            }

            if (length == 0)
                return -1;
            at += length;
        }

        return at;
    }

    // The characters around it in the same word belong to the same encoded text, and include bits of the secret's first
    // and last characters.
    private static string RemoveEncoded(string text, string form)
    {
        for (int found; (found = text.IndexOf(form, StringComparison.OrdinalIgnoreCase)) >= 0;)
        {
            int start = found;
            int end = found + form.Length;
            while (start > 0 && IsOfEncoding(text[start - 1]))
                start--;
            while (end < text.Length && IsOfEncoding(text[end]))
                end++;
            text = string.Concat(text.AsSpan(0, start), Hidden, text.AsSpan(end));
        }

        return text;
    }

    private static bool IsOfEncoding(char c) => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '-' or '_' or '=';

    // From the shortest to the longest.
    private static string[] FormsOf(Rune rune)
    {
        string plain = rune.ToString();
        List<string> forms = [plain, Percent(plain), WebUtility.HtmlEncode(plain), $"&#{rune.Value};",
            $"&#x{rune.Value:x};", Unicode(plain)];
        if (plain is "\"" or "\\" or "/" or "'")
            forms.Add("\\" + plain);
        if (plain is "'")
            forms.Add("&apos;");
        if (plain is " ")
            forms.Add("+");
        return [.. forms.Distinct().OrderBy(form => form.Length)];
    }

    private static string Percent(string text) =>
        string.Concat(Encoding.UTF8.GetBytes(text).Select(b => "%" + b.ToString("x2", CultureInfo.InvariantCulture)));

    private static string Unicode(string text) =>
        string.Concat(text.Select(c => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture)));

    private static IEnumerable<string> EncodedForms(string secret)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(secret);
        yield return Convert.ToHexStringLower(bytes);

        // Depending on the length of the text before it, such as a user name, base64 has one of three forms; the
        // characters at its ends depend on the neighbours.
        for (int before = 0; before < 3; before++)
        {
            string text = Convert.ToBase64String([.. new byte[before], .. bytes]);
            int start = before == 0 ? 0 : before + 1;
            if (text.Length - 4 <= start)
                continue;
            string inner = text[start..^4];
            yield return inner;
            yield return inner.Replace('+', '-').Replace('/', '_');
        }
    }
}
