using System.Text;
using Airgap.Oci;

namespace Airgap.Transfer.Yaml;

/// <summary>
/// Writes block mappings and lists as Go's YAML library (version 2) does, to the byte: indent of two, lists at the level of their key,
/// scalars folded after column 80, its choice of quotes and its escapes.
/// </summary>
/// <remarks>
/// Column, <c>_afterSpace</c> and <c>_atIndent</c> are the state from which that library decides where a line ends. With the same state,
/// the bytes are the same without a list of special cases.
/// </remarks>
/// <param name="forTerminal">
/// True to write texts with control sequences for a terminal or CI system (<see cref="Printable"/>) in double quotes on one line, with
/// these sequences escaped; the values stay the same.
/// </param>
internal sealed partial class YamlTextWriter(bool forTerminal = false)
{
    private readonly StringBuilder _out = new();
    private int _column;
    private bool _afterSpace = true;
    private bool _atIndent = true;

    /// <summary>Begins an item of a list at a column.</summary>
    public void Item(int indent)
    {
        WriteIndent(indent);
        Indicator("-", needsSpace: true, isSpace: false, keepsIndent: true);
    }

    /// <summary>Writes a key at a column; its value comes next.</summary>
    public void Key(string key, int indent)
    {
        WriteIndent(indent);
        if (ScalarForm.IsSimpleKey(key))
        {
            WriteScalar(key, indent + 2, isSimpleKey: true);
            Indicator(":", needsSpace: false, isSpace: false, keepsIndent: false);
            return;
        }

        Indicator("?", needsSpace: true, isSpace: false, keepsIndent: true);
        WriteScalar(key, indent + 2, isSimpleKey: false);
        WriteIndent(indent);
        Indicator(":", needsSpace: true, isSpace: false, keepsIndent: true);
    }

    /// <summary>Writes a key and a text.</summary>
    public void Field(string key, string value, int indent)
    {
        Key(key, indent);
        WriteScalar(value, indent + 2, isSimpleKey: false);
    }

    /// <summary>Writes a key and a word that is not text: <c>true</c>, <c>false</c>, <c>null</c>.</summary>
    public void Word(string key, string word, int indent)
    {
        Key(key, indent);
        WriteFolded(word, indent + 2, mayFold: true, quotes: false);
    }

    /// <summary>The content of the file: a document start, the written text, and a line feed at its end.</summary>
    public string Finish()
    {
        WriteIndent(0);
        return "---\n" + _out;
    }

    private void WriteIndent(int indent)
    {
        if (!_atIndent || _column > indent || (_column == indent && !_afterSpace))
            PutBreak('\n');
        while (_column < indent)
            Put(' ');
        _afterSpace = _atIndent = true;
    }

    private void Indicator(string text, bool needsSpace, bool isSpace, bool keepsIndent)
    {
        if (needsSpace && !_afterSpace)
            Put(' ');
        foreach (char c in text)
            Put(c);
        _afterSpace = isSpace;
        _atIndent &= keepsIndent;
    }

    private void Put(char c)
    {
        _out.Append(c);
        _column++;
    }

    private void PutBreak(char c)
    {
        _out.Append(c);
        _column = 0;
    }
}
