using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Airgap.Oci.Toml;

/// <content>Values.</content>
internal sealed partial class TomlReader
{
    private object ReadValue(int depth)
    {
        if (depth > MostDepth)
            throw Wrong("values are nested too deeply");
        switch (Next)
        {
            case '"' or '\'':
                return _text.AsSpan(_at).StartsWith(new string(Next, 3)) ? ReadLines(Next) : ReadLine(Next);
            case '[':
                return ReadArray(depth);
            case '{':
                return ReadInline(depth);
            default:
                return ReadBare();
        }
    }

    private List<object> ReadArray(int depth)
    {
        List<object> values = [];
        _at++;
        while (true)
        {
            SkipBlank();
            if (Next == ']')
                break;
            values.Add(ReadValue(depth + 1));
            SkipBlank();
            if (Next == ']')
                break;
            Expect(',');
        }

        _at++;
        return values;
    }

    private TomlTable ReadInline(int depth)
    {
        TomlTable table = new();
        _at++;
        SkipSpaces();
        while (Next != '}')
        {
            ReadPair(table, isInline: true, depth + 1);
            SkipSpaces();
            if (Next == '}')
                break;
            Expect(',');
            SkipSpaces();
            if (Next == '}')
                throw Wrong("a key is expected");
        }

        _at++;
        Close(table);
        return table;
    }

    // Dotted keys within braces made tables that are closed with them.
    private static void Close(TomlTable table)
    {
        table.Origin = TomlOrigin.Inline;
        foreach (TomlTable inner in table.Values.Values.OfType<TomlTable>().Where(inner => inner.Origin != TomlOrigin.Inline))
            Close(inner);
    }

    private string ReadLine(char quote)
    {
        StringBuilder text = new();
        for (_at++; Next != quote; _at++)
        {
            if (_at >= _text.Length || IsControl(Next))
                throw Wrong("a string does not end on its line");
            if (Next == '\\' && quote == '"')
                ReadEscape(text);
            else
                text.Append(Next);
        }

        _at++;
        return text.ToString();
    }

    private string ReadLines(char quote)
    {
        StringBuilder text = new();
        string end = new(quote, 3);
        _at += 3;
        if (Next == '\n')
            _at++;
        while (!_text.AsSpan(_at).StartsWith(end))
        {
            if (_at >= _text.Length || (IsControl(Next) && Next != '\n'))
                throw Wrong("a string does not end");
            if (Next == '\\' && quote == '"')
            {
                if (!TrySkipLineEnd())
                {
                    ReadEscape(text);
                    _at++;
                }

                continue;
            }

            text.Append(Next);
            _at++;
        }

        // Up to two quotes may stand before the end.
        _at += 3;
        for (int extra = 0; extra < 2 && Next == quote; extra++, _at++)
            text.Append(quote);
        return text.ToString();
    }

    // A backslash at a line's end, and all blanks after it, are not part of the text.
    private bool TrySkipLineEnd()
    {
        int at = _at + 1;
        while (at < _text.Length && _text[at] is ' ' or '\t')
            at++;
        if (at >= _text.Length || _text[at] != '\n')
            return false;
        while (at < _text.Length && _text[at] is ' ' or '\t' or '\n')
            at++;
        _at = at;
        return true;
    }

    private void ReadEscape(StringBuilder text)
    {
        _at++;
        switch (Next)
        {
            case 'b': text.Append('\b'); break;
            case 't': text.Append('\t'); break;
            case 'n': text.Append('\n'); break;
            case 'f': text.Append('\f'); break;
            case 'r': text.Append('\r'); break;
            case '"' or '\\': text.Append(Next); break;
            case 'u': ReadScalar(text, 4); break;
            case 'U': ReadScalar(text, 8); break;
            default: throw Wrong("an escape is unknown");
        }
    }

    private void ReadScalar(StringBuilder text, int digits)
    {
        if (_at + digits >= _text.Length
            || !int.TryParse(_text.AsSpan(_at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
            || !Rune.IsValid(value))
            throw Wrong("an escape is not a character");
        text.Append(new Rune(value));
        _at += digits;
    }

    private object ReadBare()
    {
        Match match = Bare().Match(_text, _at);
        string word = match.Value;
        _at += match.Length;
        if (word is "true" or "false")
            return word == "true";
        if (Integer().IsMatch(word)
            && long.TryParse(word.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
                out long number))
            return number;
        return Other().IsMatch(word)
            ? new TomlOther(word) : throw Wrong(word.Length == 0 ? "a value is expected" : $"'{word}' is not a value");
    }

    // A date and its time may have a space between them.
    [GeneratedRegex(@"\G([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9:.+\-Zz]*|[A-Za-z0-9_+\-.:]*)")]
    private static partial Regex Bare();

    [GeneratedRegex(@"\A[+-]?(0|[1-9](_?[0-9])*)\z")]
    private static partial Regex Integer();

    [GeneratedRegex(@"\A(0x[0-9A-Fa-f](_?[0-9A-Fa-f])*|0o[0-7](_?[0-7])*|0b[01](_?[01])*|[+-]?(inf|nan)"
        + @"|[+-]?(0|[1-9](_?[0-9])*)((\.[0-9](_?[0-9])*)?[eE][+-]?[0-9](_?[0-9])*|\.[0-9](_?[0-9])*)"
        + @"|[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})?)?"
        + @"|[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?)\z")]
    private static partial Regex Other();
}
