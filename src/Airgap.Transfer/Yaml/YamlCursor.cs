using System.Text;

namespace Airgap.Transfer.Yaml;

/// <summary>A position in a text; index, line and column are counted from 0.</summary>
internal readonly record struct YamlMark(int Index, int Line, int Column);

/// <summary>Moves through a text character by character, and tracks the position.</summary>
internal sealed class YamlCursor(string text)
{
    private int _index;
    private int _line;
    private int _column;

    /// <summary>The position.</summary>
    public YamlMark Mark => new(_index, _line, _column);

    /// <summary>Characters since the start of the line.</summary>
    public int Column => _column;

    /// <summary>True after the last character.</summary>
    public bool IsAtEnd => _index >= text.Length;

    /// <summary>The character here; NUL after the last one, since YAML allows no NUL.</summary>
    public char Current => Ahead(0);

    /// <summary>True at a space or a tab.</summary>
    public bool IsAtBlank => Current is ' ' or '\t';

    /// <summary>True at a line break.</summary>
    public bool IsAtBreak => !IsAtEnd && ScalarForm.IsBreak(Current);

    /// <summary>True at a line break or behind the last character.</summary>
    public bool IsAtLineEnd => IsAtEnd || ScalarForm.IsBreak(Current);

    /// <summary>The character at a distance after the current one; NUL after the end.</summary>
    public char Ahead(int distance) => _index + distance < text.Length ? text[_index + distance] : '\0';

    /// <summary>True if a blank, a line break or the end follows after some characters.</summary>
    public bool EndsWord(int distance) =>
        _index + distance >= text.Length || text[_index + distance] is ' ' or '\t' || ScalarForm.IsBreak(text[_index + distance]);

    /// <summary>True at <c>---</c> or <c>...</c> at the start of a line.</summary>
    public bool IsAtDocumentMark => _column == 0 && (Stands("---") || Stands("...")) && EndsWord(3);

    /// <summary>Skips characters, none of which is a line break.</summary>
    public void Skip(int count = 1)
    {
        _index += count;
        _column += count;
    }

    /// <summary>Skips spaces and tabs.</summary>
    public void SkipBlanks()
    {
        while (IsAtBlank)
            Skip();
    }

    /// <summary>Skips the rest of the line, without its end.</summary>
    public void SkipRest()
    {
        while (!IsAtLineEnd)
            Skip();
    }

    /// <summary>Skips a line break, and appends it in normalised form.</summary>
    public void TakeBreak(StringBuilder? target = null)
    {
        if (IsAtEnd)
            return;
        char c = Current;
        target?.Append(c is '\r' or '\u0085' ? '\n' : c);
        _index += c == '\r' && Ahead(1) == '\n' ? 2 : 1;
        _line++;
        _column = 0;
    }

    /// <summary>Appends the current character and skips it.</summary>
    public void Take(StringBuilder target)
    {
        target.Append(Current);
        Skip();
    }

    /// <summary>Moves to the start of the line after the last one, unless already at the start of a line.</summary>
    public void EndLastLine()
    {
        if (_column == 0)
            return;
        _column = 0;
        _line++;
    }

    private bool Stands(string word) => text.AsSpan(Math.Min(_index, text.Length)).StartsWith(word, StringComparison.Ordinal);
}
