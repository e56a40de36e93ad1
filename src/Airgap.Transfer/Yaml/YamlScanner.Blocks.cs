namespace Airgap.Transfer.Yaml;

/// <summary>Scalars as blocks of lines, literal or folded.</summary>
internal sealed partial class YamlScanner
{
    private YamlToken ScanBlockScalar(bool isLiteral)
    {
        YamlMark start = _at.Mark;
        _at.Skip();
        (char chomping, int indent) = ScanBlockHeader(start);
        Clear();
        TakeBlockBreaks(start, ref indent);
        bool isAfterBlank = false;
        while (_at.Column == indent && !_at.IsAtEnd)
        {
            bool startsBlank = _at.IsAtBlank;
            bool folds = !isLiteral && !isAfterBlank && !startsBlank && _firstBreak.Length > 0 && _firstBreak[0] == '\n';
            if (!folds)
                _text.Append(_firstBreak);
            else if (_moreBreaks.Length == 0)
                _text.Append(' ');
            _text.Append(_moreBreaks);
            _firstBreak.Clear();
            _moreBreaks.Clear();
            isAfterBlank = startsBlank;
            while (!_at.IsAtLineEnd)
                _at.Take(_text);
            _at.TakeBreak(_firstBreak);
            TakeBlockBreaks(start, ref indent);
        }

        if (chomping != '-')
            _text.Append(_firstBreak);
        if (chomping == '+')
            _text.Append(_moreBreaks);
        return new YamlToken(YamlTokenKind.Scalar, start, _at.Mark, _text.ToString());
    }

    // "|", "|+2", "|2+": an indent of 0 means the indent of the first line.
    private (char Chomping, int Indent) ScanBlockHeader(YamlMark start)
    {
        char chomping = '\0';
        int increment = 0;
        for (int i = 0; i < 2; i++)
        {
            if (chomping == '\0' && _at.Current is '+' or '-')
                chomping = _at.Current;
            else if (increment == 0 && char.IsAsciiDigit(_at.Current))
                increment = _at.Current == '0' ? throw Error(start, "a block of text cannot be indented by 0") : _at.Current - '0';
            else
                break;
            _at.Skip();
        }

        _at.SkipBlanks();
        if (_at.Current == '#')
            _at.SkipRest();
        if (!_at.IsAtLineEnd)
            throw Error(start, "a block of text begins on the line after its sign");
        _at.TakeBreak();
        return (chomping, increment == 0 ? 0 : Math.Max(_indent, 0) + increment);
    }

    private void TakeBlockBreaks(YamlMark start, ref int indent)
    {
        int deepest = 0;
        while (true)
        {
            while ((indent == 0 || _at.Column < indent) && _at.Current == ' ')
                _at.Skip();
            deepest = Math.Max(deepest, _at.Column);
            if ((indent == 0 || _at.Column < indent) && _at.Current == '\t')
                throw Error(start, "a tab is used where only spaces may indent this block of text");
            if (!_at.IsAtBreak)
                break;
            _at.TakeBreak(_moreBreaks);
        }

        if (indent == 0)
            indent = Math.Max(1, Math.Max(deepest, _indent + 1));
    }
}
