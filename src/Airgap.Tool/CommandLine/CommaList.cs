using System.Text;

namespace Airgap.Tool.CommandLine;

/// <summary>
/// A list on one line, as imgpkg's flags take it: commas between the parts, and double quotes around a part that holds commas or quotes.
/// </summary>
/// <remarks>Source: RFC 4180, read as Go's encoding/csv does, which pflag's lists are read with.</remarks>
internal static class CommaList
{
    /// <summary>Reads a list.</summary>
    /// <param name="text">Such as <c>a,b</c> or <c>"a,b",c</c>; an empty text is an empty list.</param>
    /// <param name="parts">The parts, empty ones, too.</param>
    /// <param name="problem">Why it is none, in words that end a sentence; null on success.</param>
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
            // Behind a last comma stands an empty part.
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
        problem = part.Contains('"', StringComparison.Ordinal) ? "a quote stands inside a part that does not begin with one" : null;
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
                problem = at < text.Length && text[at] != ',' ? "a comma is missing behind a quote" : null;
                return problem is null;
            }
        }

        problem = "a quote is not closed";
        return false;
    }
}
