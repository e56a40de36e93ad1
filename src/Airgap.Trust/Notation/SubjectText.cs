using System.Globalization;
using System.Text;

namespace Airgap.Trust.Notation;

/// <summary>Reads the text of a subject: parts between commas or semicolons, with escapes.</summary>
/// <remarks>Source: RFC 4514, section 3.</remarks>
internal static class SubjectText
{
    private const string Escaped = " #=+,;\"<>\\";

    /// <summary>The parts, still with their escapes.</summary>
    public static IEnumerable<string> Split(string text)
    {
        int start = 0;
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] == '\\')
                at++;
            else if (text[at] is ',' or ';')
            {
                yield return text[start..at];
                start = at + 1;
            }
        }

        yield return text[start..];
    }

    /// <summary>A value without the white space around it; an escaped space is part of it.</summary>
    public static string Trim(string text)
    {
        string result = text.Trim();
        return result.EndsWith('\\') && text.TrimStart().StartsWith(result + " ", StringComparison.Ordinal) ? result + " " : result;
    }

    /// <summary>
    /// A value without its escapes: a backslash before a special character, or before two hex digits of a byte; null if it is not a value.
    /// </summary>
    public static string? Unescape(string text)
    {
        List<byte> result = new(text.Length);
        int at = 0;
        while (at < text.Length)
        {
            int end = at + 1;
            if (text[at] is '+' or '"' or ';' or '<' or '>' || (text[at] == '\\' && end == text.Length))
                return null;
            if (text[at] != '\\')
            {
                while (end < text.Length && !"\\+\";<>".Contains(text[end], StringComparison.Ordinal))
                    end++;
                result.AddRange(Encoding.UTF8.GetBytes(text[at..end]));
            }
            else if (end + 1 < text.Length && byte.TryParse(
                text.AsSpan(end, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                result.Add(value);
                end += 2;
            }
            else if (!Escaped.Contains(text[end], StringComparison.Ordinal))
            {
                return null;
            }
            else
            {
                result.AddRange(Encoding.UTF8.GetBytes(text[end..(end + 1)]));
                end++;
            }

            at = end;
        }

        return Encoding.UTF8.GetString([.. result]);
    }
}
