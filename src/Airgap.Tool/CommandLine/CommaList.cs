using System.Text;

namespace Airgap.Tool.CommandLine;

/// <summary>
/// A list on one line, as imgpkg's flags take it: comma-separated, with double quotes around a part that contains
/// commas or quotes.
/// </summary>
/// <remarks>Source: RFC 4180, as Go's encoding/csv reads it, which pflag uses for lists.</remarks>
internal static class CommaList
{
    /// <summary>Reads a list.</summary>
    /// <param name="text">Such as <c>a,b</c> or <c>"a,b",c</c>; an empty text gives an empty list.</param>
    /// <param name="parts">The parts, including empty ones.</param>
    /// <param name="problem">Why the text is not a list, as the end of a sentence; null on success.</param>
    public static bool TryRead(string text, out List<string> parts, out string? problem)
    {
        parts = [];
        problem = null;
        for (int at = 0; text.Length > 0;)
        {
            bool isRead = at < text.Length && text[at] == '"'
                ? TryReadQuoted(text, ref at, parts, out problem) : TryReadBare(text, ref at, parts, out problem);
            if (!isRead)
                return false;
            // A trailing comma is followed by an empty part.
            if (at >= text.Length)
                break;
            at++;
        }

        return true;
    }

    private static bool TryReadBare(string text, ref int at, List<string> parts, out string? problem)
    {
        int end = text.IndexOf(',', at) is >= 0 and int comma ? comma : text.Length;
        string part = text[at..end];
        problem = part.Contains('"', StringComparison.Ordinal) ? "a quote is inside a part that does not begin with one" : null;
        parts.Add(part);
        at = end;
        return problem is null;
    }

    private static bool TryReadQuoted(string text, ref int at, List<string> parts, out string? problem)
    {
        StringBuilder part = new();
        for (int i = at + 1; i < text.Length; i++)
        {
            if (text[i] != '"')
            {
                part.Append(text[i]);
            }
            else if (i + 1 < text.Length && text[i + 1] == '"')
            {
                part.Append(text[i++]);
            }
            else
            {
                parts.Add(part.ToString());
                at = i + 1;
                problem = at < text.Length && text[at] != ',' ? "a comma is missing after a quote" : null;
                return problem is null;
            }
        }

        problem = "a quote is not closed";
        return false;
    }
}
