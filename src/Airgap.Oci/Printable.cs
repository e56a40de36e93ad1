using System.Globalization;
using System.Text;

namespace Airgap.Oci;

/// <summary>
/// Text from outside (a registry, an archive, a lock, a file's name) made safe for a terminal, a log or a CI system's
/// console. Control characters and marks that change the writing direction are escaped, such as <c>\x1b</c> or
/// <c>\u202e</c>. An escape also breaks the beginnings of commands that CI systems read from a log: <c>##vso[</c> and
/// <c>##[</c> anywhere in a line (Azure Pipelines, and GitHub's older form), and <c>::name</c> at the beginning of a
/// line (GitHub Actions).
/// </summary>
internal static class Printable
{
    private const int MaxLength = 2000;

    /// <summary>A message on one line; a text of more than 2,000 characters loses its middle.</summary>
    public static string Of(string text) => Cut(Line(Cut(text)));

    /// <summary>
    /// A text on one line: line breaks and tabs are also escaped. A harmless text is returned as it is.
    /// </summary>
    public static string Line(string text) => IsHarmless(text, keepsLines: false) ? text : Escape(text, keepsLines: false);

    /// <summary>A text of several lines: line breaks and tabs are kept. A harmless text is returned as it is.</summary>
    public static string Block(string text) => IsHarmless(text, keepsLines: true) ? text : Escape(text, keepsLines: true);

    /// <summary>True when <see cref="Block"/> changes nothing.</summary>
    public static bool IsHarmlessBlock(string text) => IsHarmless(text, keepsLines: true);

    /// <summary>A JSON document with the same values and without control sequences for terminals or commands for CI systems.</summary>
    public static string Json(string document)
    {
        StringBuilder? escaped = null;
        for (int i = 0; i < document.Length; i++)
        {
            char c = document[i];
            // JSON has neither of these outside strings, and inside strings no backslash precedes one, so that an
            // escape represents the same text.
            bool isKept = c is '\n' or '\r' or '\t' || !(IsUnprintable(c) || BreaksCommand(document, i));
            if (!isKept)
                escaped ??= new StringBuilder(document, 0, i, document.Length + 64);
            if (!isKept)
                escaped!.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                escaped?.Append(c);
        }

        return escaped?.ToString() ?? document;
    }

    /// <summary>True for the second <c>#</c> of the beginning of a command, such as <c>##vso[</c>.</summary>
    public static bool BreaksCommand(string text, int index)
    {
        if (text[index] != '#' || index == 0 || text[index - 1] != '#')
            return false;
        int end = index + 1;
        while (end < text.Length && char.IsAsciiLetter(text[end]))
            end++;
        return end < text.Length && text[end] == '[';
    }

    /// <summary>
    /// True for characters that control a terminal, or that make a line display a different name than it contains.
    /// </summary>
    public static bool IsUnprintable(char c) =>
        char.IsControl(c) || c is '\u061C' or '\u200E' or '\u200F' or (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    private static bool IsHarmless(string text, bool keepsLines)
    {
        LineStart start = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (start.Next(text, i, keepsLines))
                return false;
        }

        return true;
    }

    private static string Escape(string text, bool keepsLines)
    {
        StringBuilder escaped = new(text.Length + 64);
        LineStart start = new();
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (start.Next(text, i, keepsLines))
                escaped.Append(c <= '\u00FF' ? "\\x" : "\\u")
                    .Append(((int)c).ToString(c <= '\u00FF' ? "x2" : "x4", CultureInfo.InvariantCulture));
            else
                escaped.Append(c);
        }

        return escaped.ToString();
    }

    // The end of a message is as important as its beginning.
    private static string Cut(string text) =>
        text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength - 301), "…", text.AsSpan(text.Length - 300));

    /// <summary>
    /// Walks through a text and tracks whether only blanks precede the position on its line, since GitHub's runner
    /// skips all kinds of blanks.
    /// </summary>
    private ref struct LineStart()
    {
        private bool _begins = true;
        private bool _colon = false;

        /// <summary>True if the character must be escaped.</summary>
        public bool Next(string text, int index, bool keepsLines)
        {
            char c = text[index];
            if (keepsLines && (c == '\n' || (c == '\r' && index + 1 < text.Length && text[index + 1] == '\n')))
            {
                (_begins, _colon) = (true, false);
                return false;
            }

            if (keepsLines && c == '\t')
                return false;
            bool isCommand = _colon && c == ':' && index + 1 < text.Length && char.IsAsciiLetter(text[index + 1]);
            bool isEscaped = isCommand || IsUnprintable(c) || BreaksCommand(text, index);
            _colon = _begins && c == ':';
            _begins &= !isEscaped && char.IsWhiteSpace(c);
            return isEscaped;
        }
    }
}
