using System.Text;

namespace Airgap.Transfer.Yaml;

/// <summary>How a scalar is written.</summary>
internal enum TextStyle
{
    /// <summary>Unchanged.</summary>
    Plain,

    /// <summary>In single quotes.</summary>
    SingleQuoted,

    /// <summary>In double quotes, with escapes.</summary>
    DoubleQuoted,

    /// <summary>As a block with <c>|</c>.</summary>
    Literal,
}

/// <summary>Determines the styles that a text allows, and the one that Go's YAML library chooses.</summary>
internal static class ScalarForm
{
    // A key longer than this, in bytes of UTF-8, is written with a question mark.
    private const int MaxSimpleKeyBytes = 128;

    /// <summary>Chooses the style of a value, or of a key.</summary>
    public static TextStyle Choose(string text, bool isSimpleKey)
    {
        Traits traits = Analyse(text);
        if (text.Contains('\n'))
            return traits.AllowsBlock && !isSimpleKey ? TextStyle.Literal : TextStyle.DoubleQuoted;
        if (Yaml11.NeedsQuotes(text))
            return TextStyle.DoubleQuoted;
        if (traits.AllowsPlain)
            return TextStyle.Plain;
        return traits.AllowsSingleQuotes ? TextStyle.SingleQuoted : TextStyle.DoubleQuoted;
    }

    /// <summary>True for a key that can be written on one line with its colon.</summary>
    public static bool IsSimpleKey(string text) =>
        !text.AsSpan().ContainsAny("\n\r\u0085\u2028\u2029") && Encoding.UTF8.GetByteCount(text) <= MaxSimpleKeyBytes;

    /// <summary>True for the line breaks of YAML 1.1.</summary>
    public static bool IsBreak(char c) => c is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029';

    /// <summary>True for a character that needs no escape. Surrogates need one.</summary>
    public static bool IsPrintable(char c) =>
        c is '\n' or (>= ' ' and <= '~') or (>= '\u00A0' and <= '\uD7FF') or (>= '\uE000' and <= '\uFFFD' and not '\uFEFF');

    private static Traits Analyse(string text)
    {
        bool indicators = text.StartsWith("---", StringComparison.Ordinal) || text.StartsWith("...", StringComparison.Ordinal);
        bool special = false, breaks = false, breakThenSpace = false, spaceThenBreak = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            bool blankFollows = i + 1 == text.Length || text[i + 1] is ' ' or '\t';
            indicators |= c switch
            {
                '#' => i == 0 || IsBlankOrBreak(text[i - 1]),
                ':' => blankFollows,
                '?' or '-' => i == 0 && blankFollows,
                ',' or '[' or ']' or '{' or '}' or '&' or '*' or '!' or '|' or '>' or '\'' or '"' or '%' or '@' or '`' => i == 0,
                _ => false,
            };
            special |= !IsPrintable(c);
            breaks |= IsBreak(c);
            if (i > 0)
            {
                breakThenSpace |= c == ' ' && IsBreak(text[i - 1]);
                spaceThenBreak |= IsBreak(c) && text[i - 1] == ' ';
            }
        }

        bool edges = text.Length > 0 && (text[0] == ' ' || IsBreak(text[0]) || text[^1] == ' ' || IsBreak(text[^1]));
        bool quotable = !special && !spaceThenBreak;
        return new Traits(
            AllowsPlain: quotable && !breakThenSpace && !breaks && !edges && !indicators,
            AllowsSingleQuotes: quotable && !breakThenSpace,
            AllowsBlock: quotable && text.Length > 0 && text[^1] != ' ');
    }

    private static bool IsBlankOrBreak(char c) => c is ' ' or '\t' or '\0' || IsBreak(c);

    private readonly record struct Traits(bool AllowsPlain, bool AllowsSingleQuotes, bool AllowsBlock);
}
