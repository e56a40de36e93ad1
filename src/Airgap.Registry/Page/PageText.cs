using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace Airgap.Registry.Page;

/// <summary>Makes text from outside harmless for the page: it contains no markup and no invisible characters.</summary>
internal static class PageText
{
    /// <summary>The text for an element or a quoted attribute.</summary>
    public static string Escape(string text)
    {
        StringBuilder visible = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            // Bidirectional overrides could make one name look like another.
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator)
                visible.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X}}}");
            else
                visible.Append(rune.ToString());
        }

        return HtmlEncoder.Default.Encode(visible.ToString());
    }
}
