namespace Airgap.Oci.Toml;

/// <summary>Reads TOML 1.0: keys, tables and their rules here, values in the other part.</summary>
/// <remarks>
/// Source: toml.io/en/v1.0.0. Tomlyn 2.10.2 was tried: its model accepts a key, a table or a table over a value a second time without an
/// error, so that a second <c>blocked = false</c> would count; its strict syntax tree refuses that with line and column, but is a second
/// parse by an assembly of 324 KB, and accepts TOML 1.1. This reader agrees with Python's tomllib on 3,000 documents of a test.
/// </remarks>
internal sealed partial class TomlReader
{
    private const int MostDepth = 32;

    private readonly string _text;
    private readonly TomlTable _root = new() { Origin = TomlOrigin.Header };
    private TomlTable _current;
    private int _at;

    private TomlReader(string text)
    {
        // A byte order mark and Windows' line ends are not part of it.
        _text = text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal);
        _current = _root;
    }

    /// <summary>Reads a document.</summary>
    /// <exception cref="TomlException">The text is not TOML.</exception>
    public static TomlTable Read(string text) => new TomlReader(text).ReadAll();

    private TomlTable ReadAll()
    {
        while (true)
        {
            SkipBlank();
            if (_at == _text.Length)
                return _root;
            if (Next == '[')
                ReadHeader();
            else
                ReadPair(_current, isInline: false);
            SkipSpaces();
            SkipComment();
            if (_at < _text.Length && Next != '\n')
                throw Wrong("something follows on the same line");
        }
    }

    private char Next => _at < _text.Length ? _text[_at] : '\0';

    private void ReadHeader()
    {
        _at++;
        bool isArray = Next == '[';
        if (isArray)
            _at++;
        List<string> keys = ReadKeys();
        Expect(']');
        if (isArray)
            Expect(']');
        TomlTable above = _root;
        foreach (string key in keys.SkipLast(1))
        {
            above = above.Values.TryGetValue(key, out object? there)
                ? there switch
                {
                    TomlTable { Origin: not TomlOrigin.Inline } table => table,
                    TomlTables { Count: > 0 } tables => (TomlTable)tables[^1],
                    _ => throw Wrong($"'{key}' is not a table that can be extended"),
                }
                : Add(above, key, new TomlTable());
        }

        string last = keys[^1];
        if (isArray)
        {
            TomlTables tables = above.Values.TryGetValue(last, out object? there)
                ? there as TomlTables ?? throw Wrong($"'{last}' is already defined") : Add(above, last, new TomlTables());
            tables.Add(_current = new TomlTable { Origin = TomlOrigin.Header });
        }
        else if (above.Values.TryGetValue(last, out object? there))
        {
            _current = there is TomlTable { Origin: TomlOrigin.Implied } implied ? implied : throw Wrong($"'{last}' is already defined");
            _current.Origin = TomlOrigin.Header;
        }
        else
        {
            _current = Add(above, last, new TomlTable { Origin = TomlOrigin.Header });
        }
    }

    private void ReadPair(TomlTable table, bool isInline, int depth = 0)
    {
        List<string> keys = ReadKeys();
        Expect('=');
        foreach (string key in keys.SkipLast(1))
        {
            if (!table.Values.TryGetValue(key, out object? there))
            {
                table = Add(table, key, new TomlTable { Origin = TomlOrigin.Dotted });
                continue;
            }

            table = there is TomlTable { Origin: TomlOrigin.Dotted or TomlOrigin.Implied } dotted
                ? dotted : throw Wrong($"'{key}' is already defined");
            if (!isInline)
                table.Origin = TomlOrigin.Dotted;
        }

        if (table.Values.ContainsKey(keys[^1]))
            throw Wrong($"'{keys[^1]}' is already defined");
        SkipSpaces();
        object value = ReadValue(depth);
        table.Values.Add(keys[^1], value);
    }

    private static T Add<T>(TomlTable table, string key, T value)
        where T : class
    {
        table.Values.Add(key, value);
        return value;
    }

    private List<string> ReadKeys()
    {
        List<string> keys = [];
        do
        {
            if (keys.Count > 0)
                _at++;
            if (keys.Count == MostDepth)
                throw Wrong("a key has too many parts");
            SkipSpaces();
            keys.Add(ReadKey());
            SkipSpaces();
        }
        while (Next == '.');
        return keys;
    }

    private string ReadKey()
    {
        if (Next is '"' or '\'')
            return ReadLine(Next);
        int start = _at;
        while (char.IsAsciiLetterOrDigit(Next) || Next is '-' or '_')
            _at++;
        return _at > start ? _text[start.._at] : throw Wrong("a key is expected");
    }

    private void Expect(char wanted)
    {
        if (Next != wanted)
            throw Wrong($"'{wanted}' is expected");
        _at++;
    }

    private void SkipSpaces()
    {
        while (Next is ' ' or '\t')
            _at++;
    }

    private void SkipComment()
    {
        if (Next != '#')
            return;
        while (_at < _text.Length && Next != '\n')
        {
            if (IsControl(Next))
                throw Wrong("a comment has a control character");
            _at++;
        }
    }

    private void SkipBlank()
    {
        do
        {
            if (Next == '\n')
                _at++;
            SkipSpaces();
            SkipComment();
        }
        while (Next == '\n');
    }

    private static bool IsControl(char c) => c is (< ' ' and not '\t') or '\u007F';

    private TomlException Wrong(string problem) => new(_text.AsSpan(0, Math.Min(_at, _text.Length)).Count('\n') + 1, problem);
}
