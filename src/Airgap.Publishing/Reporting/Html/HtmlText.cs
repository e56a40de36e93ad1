using System.Globalization;
using System.Text;

namespace Airgap.Publishing.Reporting.Html;

/// <summary>
/// Text from outside, made harmless for a page: nothing in it is read as markup, and nothing in it is invisible.
/// </summary>
internal static class HtmlText
{
    /// <summary>The text for an element or a quoted attribute.</summary>
    public static string Escape(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        StringBuilder result = new(text.Length + 8);
        foreach (Rune rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '&': result.Append("&amp;"); break;
                case '<': result.Append("&lt;"); break;
                case '>': result.Append("&gt;"); break;
                case '"': result.Append("&quot;"); break;
                case '\'': result.Append("&#39;"); break;
                case '\n' or '\r' or '\t': result.Append(' '); break;
                default: Append(result, rune); break;
            }
        }

        return result.ToString();
    }

    // Control and format characters, including bidirectional overrides, could make one name look like another.
    private static void Append(StringBuilder result, Rune rune)
    {
        UnicodeCategory category = Rune.GetUnicodeCategory(rune);
        if (category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator)
            result.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X}}}");
        else
            result.Append(rune.ToString());
    }
}
