using System.Globalization;
using System.Text;

namespace Airgap.Transfer.Yaml;

/// <summary>Escapes, anchors, aliases, tags and directives.</summary>
internal sealed partial class YamlScanner
{
    private const string TagCharacters = ";/?:@&=+$,.!~*'()[]%";

    private void TakeEscape(YamlMark start)
    {
        char c = _at.Ahead(1);
        int digits = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits == 0)
        {
            _text.Append(Unescape(c) ?? throw Error(start, $"'\\{c}' is not an escape"));
            _at.Skip(2);
            return;
        }

        _at.Skip(2);
        int value = 0;
        for (int i = 0; i < digits; i++)
        {
            char digit = _at.Current;
            if (!char.IsAsciiHexDigit(digit) || value > 0x10FFFF)
                throw Error(start, $"'\\{c}' is not followed by {digits} digits of a character");
            value = (value << 4) + int.Parse([digit], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            _at.Skip();
        }

        if (!Rune.IsValid(value))
            throw Error(start, "an escape in this text is not a Unicode character");
        _text.Append(new Rune(value).ToString());
    }

    private static char? Unescape(char c) => c switch
    {
        '0' => '\0',
        'a' => '\a',
        'b' => '\b',
        't' or '\t' => '\t',
        'n' => '\n',
        'v' => '\v',
        'f' => '\f',
        'r' => '\r',
        'e' => '\u001B',
        ' ' or '"' or '\'' or '\\' => c,
        'N' => '\u0085',
        '_' => '\u00A0',
        'L' => '\u2028',
        'P' => '\u2029',
        _ => null,
    };

    private YamlToken ScanName(YamlTokenKind kind)
    {
        YamlMark start = _at.Mark;
        _at.Skip();
        string name = TakeWord();
        if (name.Length == 0 || !(_at.EndsWord(0) || _at.Current is '?' or ':' or ',' or ']' or '}' or '%' or '@' or '`'))
            throw Error(start, "the name of an anchor is made of letters, digits, '-' and '_'");
        return new YamlToken(kind, start, _at.Mark, name);
    }

    private YamlToken ScanTag()
    {
        YamlMark start = _at.Mark;
        _text.Clear();
        bool isVerbatim = _at.Ahead(1) == '<';
        _at.Take(_text);
        if (isVerbatim)
            _at.Take(_text);
        while (IsNameCharacter(_at.Current) || (!_at.IsAtEnd && TagCharacters.Contains(_at.Current)))
            _at.Take(_text);
        if (isVerbatim)
        {
            if (_at.Current != '>')
                throw Error(start, "the '>' that ends this tag is missing");
            _at.Take(_text);
        }

        if (!_at.EndsWord(0))
            throw Error(start, "a blank is missing after this tag");
        return new YamlToken(YamlTokenKind.Tag, start, _at.Mark, _text.ToString());
    }

    private YamlToken ScanDirective()
    {
        YamlMark start = _at.Mark;
        _at.Skip();
        string name = TakeWord();
        _text.Clear();
        _at.SkipBlanks();
        while (!_at.IsAtLineEnd && _at.Current != '#')
            _at.Take(_text);
        string value = _text.ToString().TrimEnd();
        if (name is not ("YAML" or "TAG") || (name == "YAML" && value != "1.1"))
            throw Error(
                start, $"the directive '%{YamlFields.Shorten(name)} {YamlFields.Shorten(value)}' is not known to a cluster's tools");
        _at.SkipRest();
        _at.TakeBreak();
        return new YamlToken(YamlTokenKind.Directive, start, _at.Mark, $"{name} {value}");
    }

    private string TakeWord()
    {
        _text.Clear();
        while (IsNameCharacter(_at.Current))
            _at.Take(_text);
        return _text.ToString();
    }

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
}
