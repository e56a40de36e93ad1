using System.Text;
using Airgap.Oci;

namespace Airgap.Transfer.Yaml;

/// <summary>Scalars: plain, in quotes, and as literal blocks.</summary>
internal sealed partial class YamlTextWriter
{
    private const int BestWidth = 80;

    private void WriteScalar(string text, int indent, bool isSimpleKey)
    {
        if (forTerminal && IsHarmful(text))
        {
            WriteDoubleQuoted(text, indent, mayFold: false);
            return;
        }

        switch (ScalarForm.Choose(text, isSimpleKey))
        {
            case TextStyle.Plain:
                WriteFolded(text, indent, !isSimpleKey, quotes: false);
                break;
            case TextStyle.SingleQuoted:
                WriteFolded(text, indent, !isSimpleKey, quotes: true);
                break;
            case TextStyle.DoubleQuoted:
                WriteDoubleQuoted(text, indent, !isSimpleKey);
                break;
            default:
                WriteLiteral(text, indent);
                break;
        }
    }

    // Every position is checked, because folding may put any word at the start of a line.
    private static bool IsHarmful(string text) =>
        !Printable.IsHarmlessBlock(text) || Enumerable.Range(0, text.Length).Any(i => IsHarmfulAt(text, i));

    private static bool IsHarmfulAt(string text, int i) =>
        (Printable.IsUnprintable(text[i]) && text[i] is not ('\n' or '\t' or '\r'))
        || Printable.BreaksCommand(text, i)
        || (text[i] == ':' && i > 0 && text[i - 1] == ':' && (i == 1 || char.IsWhiteSpace(text[i - 2])) && i + 1 < text.Length
            && char.IsAsciiLetter(text[i + 1]));

    private void WriteFolded(string text, int indent, bool mayFold, bool quotes)
    {
        if (quotes)
            Indicator("'", needsSpace: true, isSpace: false, keepsIndent: false);
        else if (!_afterSpace)
            Put(' ');
        bool inSpaces = false;
        bool inBreaks = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == ' ')
            {
                // A plain scalar never begins or ends with a space, so the same rule applies to both styles.
                if (mayFold && !inSpaces && _column > BestWidth && i > 0 && i < text.Length - 1 && text[i + 1] != ' ')
                    WriteIndent(indent);
                else
                    Put(c);
                inSpaces = true;
            }
            else if (ScalarForm.IsBreak(c))
            {
                PutBreak(c);
                _atIndent = true;
                inBreaks = true;
            }
            else
            {
                if (inBreaks)
                    WriteIndent(indent);
                if (quotes && c == '\'')
                    Put('\'');
                Put(c);
                _atIndent = inSpaces = inBreaks = false;
            }
        }

        if (quotes)
            Indicator("'", needsSpace: false, isSpace: false, keepsIndent: false);
        _afterSpace = _atIndent = false;
    }

    private void WriteDoubleQuoted(string text, int indent, bool mayFold)
    {
        Indicator("\"", needsSpace: true, isSpace: false, keepsIndent: false);

        // For every character, the library tests whether the whole text starts with a byte order mark, and then escapes the character.
        bool escapesAll = text.StartsWith('\uFEFF');
        bool inSpaces = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (escapesAll || !ScalarForm.IsPrintable(c) || ScalarForm.IsBreak(c) || c is '"' or '\\'
                || (forTerminal && IsHarmfulAt(text, i)))
            {
                Rune rune = Rune.TryGetRuneAt(text, i, out Rune whole) ? whole : Rune.ReplacementChar;
                i += rune.Utf16SequenceLength - 1;
                foreach (char escaped in YamlEscape.Of(rune))
                    Put(escaped);
                inSpaces = false;
            }
            else if (c == ' ')
            {
                if (mayFold && !inSpaces && _column > BestWidth && i > 0 && i < text.Length - 1)
                {
                    WriteIndent(indent);
                    if (text[i + 1] == ' ')
                        Put('\\');
                }
                else
                {
                    Put(c);
                }

                inSpaces = true;
            }
            else
            {
                Put(c);
                inSpaces = false;
            }
        }

        Indicator("\"", needsSpace: false, isSpace: false, keepsIndent: false);
        _afterSpace = _atIndent = false;
    }

    private void WriteLiteral(string text, int indent)
    {
        Indicator("|", needsSpace: true, isSpace: false, keepsIndent: false);
        if (text[0] == ' ' || ScalarForm.IsBreak(text[0]))
            Indicator("2", needsSpace: false, isSpace: false, keepsIndent: false);
        if (!ScalarForm.IsBreak(text[^1]))
            Indicator("-", needsSpace: false, isSpace: false, keepsIndent: false);
        else if (text.Length == 1 || ScalarForm.IsBreak(text[^2]))
            Indicator("+", needsSpace: false, isSpace: false, keepsIndent: false);
        PutBreak('\n');
        _atIndent = _afterSpace = true;
        bool inBreaks = true;
        foreach (char c in text)
        {
            if (ScalarForm.IsBreak(c))
            {
                PutBreak(c);
                _atIndent = inBreaks = true;
                continue;
            }

            if (inBreaks)
                WriteIndent(indent);
            Put(c);
            _atIndent = inBreaks = false;
        }
    }
}
