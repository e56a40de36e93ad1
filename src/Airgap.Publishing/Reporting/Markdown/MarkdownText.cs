using System.Globalization;
using System.Text;

namespace Airgap.Publishing.Reporting.Markdown;

/// <summary>Text from outside, made harmless for a table cell of GitHub's and Azure's Markdown.</summary>
internal static class MarkdownText
{
    /// <summary>The text, with character references for characters that have a meaning in Markdown or HTML.</summary>
    public static string Escape(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        StringBuilder result = new(text.Length + 8);
        for (int i = 0; i < text.Length; i++)
        {
            char sign = text[i];
            if (sign is '\n' or '\r' or '\t')
                result.Append(' ');
            else if (sign is '&' or '<' or '>' or '"' or '\'' or '`' or '*' or '_' or '[' or ']' or '|' or '~' or '\\' or '!' or '#' or '$'
                or '{' or '}' || IsLink(text, i))
                result.Append(CultureInfo.InvariantCulture, $"&#{(int)sign};");
            else if (char.GetUnicodeCategory(sign) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator)
                result.Append(CultureInfo.InvariantCulture, $"\\u{(int)sign:X4}");
            else
                result.Append(sign);
        }

        return result.ToString();
    }

    /// <summary>The text as code.</summary>
    public static string Code(string? text) => string.IsNullOrEmpty(text) ? "" : $"<code>{Escape(text)}</code>";

    // A name must not become a link, nor mention a user.
    private static bool IsLink(string text, int at) =>
        (text[at] == ':' && string.CompareOrdinal(text, at, "://", 0, 3) == 0)
        || (text[at] == '.' && at >= 3 && string.Compare(text, at - 3, "www", 0, 3, StringComparison.OrdinalIgnoreCase) == 0)
        || (text[at] == '@' && (at == 0 || !char.IsLetterOrDigit(text[at - 1])));
}
