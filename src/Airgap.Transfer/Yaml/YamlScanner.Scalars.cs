using System.Text;

namespace Airgap.Transfer.Yaml;

/// <summary>Scalars: plain and in quotes.</summary>
internal sealed partial class YamlScanner
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _blanks = new();
    private readonly StringBuilder _firstBreak = new();
    private readonly StringBuilder _moreBreaks = new();

    private YamlToken ScanPlain()
    {
        YamlMark start = _at.Mark;
        YamlMark end = start;
        int indent = _indent + 1;
        bool isNewLine = false;
        Clear();
        while (!_at.IsAtDocumentMark && _at.Current != '#')
        {
            while (!_at.EndsWord(0) && !EndsPlain())
            {
                Join(isNewLine);
                isNewLine = false;
                _at.Take(_text);
                end = _at.Mark;
            }

            if (_at.IsAtEnd || !_at.EndsWord(0))
                break;
            while (_at.IsAtBlank || _at.IsAtBreak)
            {
                if (isNewLine && _at.Column < indent && _at.Current == '\t')
                    throw Error(_at.Mark, "a tab is used where only spaces may indent");
                TakeSpace(ref isNewLine);
            }

            if (FlowLevel == 0 && _at.Column < indent)
                break;
        }

        _keyAllowed |= isNewLine;
        return new YamlToken(YamlTokenKind.Scalar, start, end, _text.ToString(), IsPlain: true);
    }

    private bool EndsPlain() =>
        (_at.Current == ':' && _at.EndsWord(1)) || (FlowLevel > 0 && _at.Current is ',' or '?' or '[' or ']' or '{' or '}');

    private YamlToken ScanQuoted(bool isSingle)
    {
        YamlMark start = _at.Mark;
        char quote = isSingle ? '\'' : '"';
        _at.Skip();
        Clear();
        while (true)
        {
            if (_at.IsAtDocumentMark || _at.IsAtEnd)
                throw Error(start, "the quote that ends this text is missing");
            bool isNewLine = false;
            while (!_at.EndsWord(0) && !(_at.Current == quote && !(isSingle && _at.Ahead(1) == '\'')))
            {
                if (isSingle && _at.Current == '\'')
                {
                    _text.Append('\'');
                    _at.Skip(2);
                }
                else if (isSingle || _at.Current != '\\')
                {
                    _at.Take(_text);
                }
                else if (ScalarForm.IsBreak(_at.Ahead(1)))
                {
                    _at.Skip();
                    _at.TakeBreak();
                    isNewLine = true;
                    break;
                }
                else
                {
                    TakeEscape(start);
                }
            }

            if (_at.Current == quote)
                break;
            while (_at.IsAtBlank || _at.IsAtBreak)
                TakeSpace(ref isNewLine);
            Join(isNewLine);
        }

        _at.Skip();
        return new YamlToken(YamlTokenKind.Scalar, start, _at.Mark, _text.ToString());
    }

    private void TakeSpace(ref bool isNewLine)
    {
        if (_at.IsAtBlank && !isNewLine)
        {
            _at.Take(_blanks);
        }
        else if (_at.IsAtBlank)
        {
            _at.Skip();
        }
        else
        {
            _blanks.Clear();
            _at.TakeBreak(isNewLine ? _moreBreaks : _firstBreak);
            isNewLine = true;
        }
    }

    // A single line break becomes a space; several line breaks become one fewer.
    private void Join(bool isNewLine)
    {
        if (!isNewLine)
            _text.Append(_blanks);
        else if (_firstBreak.Length > 0 && _firstBreak[0] == '\n')
            _ = _moreBreaks.Length == 0 ? _text.Append(' ') : _text.Append(_moreBreaks);
        else
            _text.Append(_firstBreak).Append(_moreBreaks);
        _blanks.Clear();
        _firstBreak.Clear();
        _moreBreaks.Clear();
    }

    private void Clear()
    {
        _text.Clear();
        _blanks.Clear();
        _firstBreak.Clear();
        _moreBreaks.Clear();
    }
}
