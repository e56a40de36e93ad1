namespace Airgap.Transfer.Yaml;

/// <summary>
/// Splits YAML into tokens as libyaml and Go's YAML library do. The tools of a cluster use that library; this scanner accepts and refuses
/// the same texts, even where the YAML specification and other readers differ.
/// </summary>
/// <remarks>Source: the grammar of YAML 1.1 and libyaml's documented rules for simple keys (one line, 1024 characters) and
/// indentation.</remarks>
internal sealed partial class YamlScanner(string text, YamlContext context)
{
    private const int MaxSimpleKey = 1024;

    private readonly YamlCursor _at = new(text);
    private readonly List<YamlToken> _tokens = [];
    private readonly Stack<int> _indents = [];

    // One for the block context and one for each open bracket.
    private readonly List<SimpleKey> _keys = [new SimpleKey()];
    private int _head;
    private int _taken;
    private int _indent = -1;
    private bool _keyAllowed = true;
    private bool _ended;

    /// <summary>
    /// The next token, without consuming it; <see cref="YamlTokenKind.StreamEnd"/> after the last one, any number of times.
    /// </summary>
    public YamlToken Peek()
    {
        while (!_ended && (_head == _tokens.Count || MayBecomeKey()))
            Fetch();
        return _tokens[_head];
    }

    /// <summary>Consumes the next token.</summary>
    public YamlToken Next()
    {
        YamlToken token = Peek();
        if (token.Kind == YamlTokenKind.StreamEnd)
            return token;
        _taken++;
        if (++_head == _tokens.Count || _head > 256)
        {
            _tokens.RemoveRange(0, _head);
            _head = 0;
        }

        return token;
    }

    private int FlowLevel => _keys.Count - 1;

    // Only the colon after a key shows that it is a key. The token for this is then inserted before the key's own token.
    private bool MayBecomeKey()
    {
        DropStaleKeys();
        foreach (SimpleKey key in _keys)
        {
            if (key.IsPossible && key.Token == _taken)
                return true;
        }

        return false;
    }

    private void Fetch()
    {
        SkipToToken();
        DropStaleKeys();
        Unroll(_at.Column);
        if (_at.IsAtEnd)
        {
            End();
            return;
        }

        char c = _at.Current;
        if (_at.Column == 0 && c == '%')
            FetchDirective();
        else if (_at.IsAtDocumentMark)
            FetchDocumentMark(c == '-' ? YamlTokenKind.DocumentStart : YamlTokenKind.DocumentEnd);
        else
            Fetch(c);
    }

    private void Fetch(char c)
    {
        bool standsAlone = _at.EndsWord(1);
        switch (c)
        {
            case '[':
                Open(YamlTokenKind.FlowSequenceStart);
                break;
            case '{':
                Open(YamlTokenKind.FlowMappingStart);
                break;
            case ']':
                Close(YamlTokenKind.FlowSequenceEnd);
                break;
            case '}':
                Close(YamlTokenKind.FlowMappingEnd);
                break;
            case ',':
                ForgetKey();
                _keyAllowed = true;
                Add(YamlTokenKind.FlowEntry, 1);
                break;
            case '-' when standsAlone:
                FetchBlock(YamlTokenKind.BlockEntry, YamlTokenKind.BlockSequenceStart,
                    "block sequence entries are not allowed in this context", allowsKey: true);
                break;
            case '?' when FlowLevel > 0 || standsAlone:
                FetchBlock(YamlTokenKind.Key, YamlTokenKind.BlockMappingStart, "mapping keys are not allowed in this context",
                    allowsKey: FlowLevel == 0);
                break;
            case ':' when FlowLevel > 0 || standsAlone:
                FetchValue();
                break;
            case '*':
                FetchName(YamlTokenKind.Alias);
                break;
            case '&':
                FetchName(YamlTokenKind.Anchor);
                break;
            case '!':
                SaveKey();
                _keyAllowed = false;
                _tokens.Add(ScanTag());
                break;
            case '|' or '>' when FlowLevel == 0:
                ForgetKey();
                _keyAllowed = true;
                _tokens.Add(ScanBlockScalar(isLiteral: c == '|'));
                break;
            case '\'' or '"':
                SaveKey();
                _keyAllowed = false;
                _tokens.Add(ScanQuoted(isSingle: c == '\''));
                break;
            case '|' or '>' or '%' or '@' or '`' or '\t':
                throw Error(_at.Mark, c == '\t' ? "a tab is used where only spaces may indent" : $"no value begins with '{c}'");
            default:
                FetchPlain();
                break;
        }
    }

    private void FetchPlain()
    {
        SaveKey();
        _keyAllowed = false;
        _tokens.Add(ScanPlain());
    }

    private void FetchName(YamlTokenKind kind)
    {
        SaveKey();
        _keyAllowed = false;
        _tokens.Add(ScanName(kind));
    }

    private void SkipToToken()
    {
        while (true)
        {
            if (_at is { Column: 0, Current: '\uFEFF' })
                _at.Skip();
            // Tabs may separate tokens, but not indent them.
            while (_at.Current == ' ' || (_at.Current == '\t' && (FlowLevel > 0 || !_keyAllowed)))
                _at.Skip();
            if (_at.Current == '#')
                _at.SkipRest();
            if (!_at.IsAtBreak)
                return;
            _at.TakeBreak();
            if (FlowLevel == 0)
                _keyAllowed = true;
        }
    }

    private void Add(YamlTokenKind kind, int length)
    {
        YamlMark start = _at.Mark;
        _at.Skip(length);
        _tokens.Add(new YamlToken(kind, start, _at.Mark));
    }

    private Oci.AirgapException Error(YamlMark mark, string why) =>
        context.Error(mark.Line + 1, mark.Column + 1, $"the file is not YAML: {why}");
}
