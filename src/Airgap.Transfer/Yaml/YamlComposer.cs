namespace Airgap.Transfer.Yaml;

/// <summary>Which forms of YAML a text may have.</summary>
internal enum YamlForm
{
    /// <summary>Mappings, lists and texts.</summary>
    Lock,

    /// <summary>Anchors, aliases, tags and merge keys, too.</summary>
    HandWritten,

    /// <summary>As <see cref="HandWritten"/>, but a key may be any value.</summary>
    Beginning,
}

/// <summary>Makes nodes from tokens. A collection is returned before it is filled, so that an error keeps what precedes it.</summary>
internal sealed partial class YamlComposer(string text, YamlContext context, YamlForm form)
{
    private const int MaxLockDepth = 32;
    private const int MaxHandWrittenDepth = 128;
    private const int MaxNodes = 1_000_000;

    private readonly YamlScanner _scanner = new(text, context);

    // Null marks an anchor whose node has not ended.
    private readonly Dictionary<string, YamlNode?> _anchors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _tagPrefixes = new(StringComparer.Ordinal);
    private int _nodes;
    private bool _isFirst = true;

    /// <summary>Line of the document that was read last, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Its column, from 1.</summary>
    public int Column { get; private set; }

    private int MaxDepth => form == YamlForm.Lock ? MaxLockDepth : MaxHandWrittenDepth;

    /// <summary>Reads the next document.</summary>
    /// <param name="place">Receives the document before it is filled.</param>
    /// <returns>Null after the last document.</returns>
    public YamlNode? ReadDocument(Action<YamlNode>? place = null)
    {
        while (!_isFirst && _scanner.Peek().Kind == YamlTokenKind.DocumentEnd)
            _scanner.Next();
        if (_scanner.Peek().Kind == YamlTokenKind.StreamEnd)
            return null;
        _anchors.Clear();
        _tagPrefixes.Clear();
        bool hasDirectives = _scanner.Peek().Kind == YamlTokenKind.Directive;
        while (_scanner.Peek().Kind == YamlTokenKind.Directive)
            ReadDirective(_scanner.Next());
        YamlToken start = _scanner.Peek();
        if (start.Kind == YamlTokenKind.DocumentStart)
            _scanner.Next();
        else if (!_isFirst || hasDirectives)
            throw Error(start, "the '---' that begins a document is missing");
        _isFirst = false;
        YamlToken first = _scanner.Peek();
        (Line, Column) = (start.Start.Line + 1, start.Start.Column + 1);
        place ??= static _ => { };
        if (start.Kind == YamlTokenKind.DocumentStart
            && first.Kind is YamlTokenKind.Directive or YamlTokenKind.DocumentStart or YamlTokenKind.DocumentEnd or YamlTokenKind.StreamEnd)
            return ReadEmpty(first.Start, place);
        YamlNode root = ReadNode(place, 0, isBlock: true, takesIndentless: false);
        return _scanner.Peek().Kind is YamlTokenKind.DocumentStart or YamlTokenKind.DocumentEnd or YamlTokenKind.Directive
            or YamlTokenKind.StreamEnd
            ? root
            : throw Error(_scanner.Peek(), "this does not belong to the text before it");
    }

    private YamlNode ReadNode(Action<YamlNode> place, int depth, bool isBlock, bool takesIndentless)
    {
        YamlToken token = _scanner.Peek();
        Count(token, depth);
        if (token.Kind == YamlTokenKind.Alias)
            return ReadAlias(_scanner.Next(), place);
        YamlMark start = token.Start;
        (string? anchor, string? tag) = ReadProperties();
        token = _scanner.Peek();
        if (anchor is not null)
            _anchors[anchor] = null;
        YamlNode node = token.Kind switch
        {
            YamlTokenKind.BlockEntry when takesIndentless => ReadBlockSequence(start, place, depth, isIndentless: true),
            YamlTokenKind.Scalar => ReadScalar(_scanner.Next(), start, tag, place),
            YamlTokenKind.FlowSequenceStart => ReadFlowSequence(start, place, depth),
            YamlTokenKind.FlowMappingStart => ReadFlowMapping(start, place, depth),
            YamlTokenKind.BlockSequenceStart when isBlock => ReadBlockSequence(start, place, depth, isIndentless: false),
            YamlTokenKind.BlockMappingStart when isBlock => ReadBlockMapping(start, place, depth),
            _ when anchor is not null || tag is not null =>
                ReadScalar(new YamlToken(YamlTokenKind.Scalar, start, token.Start, "", IsPlain: true), start, tag, place),
            _ => throw Error(token, "a value is missing here"),
        };
        if (anchor is not null)
            _anchors[anchor] = node;
        return node;
    }

    private YamlNode ReadAlias(YamlToken token, Action<YamlNode> place)
    {
        if (form == YamlForm.Lock)
            throw context.Error(token.Start.Line + 1, token.Start.Column + 1, "YAML anchors and aliases are not allowed here");
        if (!_anchors.TryGetValue(token.Text, out YamlNode? node))
            throw Error(token, $"the alias '{token.Text}' has no anchor before it");
        // An aliased scalar gets the position of the alias; a collection stays one object for all aliases.
        node = node switch
        {
            null => throw Error(token, $"the anchor '{token.Text}' contains itself"),
            YamlScalar scalar => scalar with { Line = token.Start.Line + 1, Column = token.Start.Column + 1 },
            _ => node,
        };
        place(node);
        return node;
    }

    private YamlScalar ReadScalar(YamlToken token, YamlMark start, string? tag, Action<YamlNode> place)
    {
        YamlScalar node = new(token.Text, tag is null ? token.IsPlain : IsResolved(tag), start.Line + 1, start.Column + 1);
        place(node);
        return node;
    }

    private YamlScalar ReadEmpty(YamlMark at, Action<YamlNode> place)
    {
        Count(new YamlToken(YamlTokenKind.Scalar, at, at), 0);
        YamlScalar node = new("", IsPlain: true, at.Line + 1, at.Column + 1);
        place(node);
        return node;
    }

    private void Count(YamlToken token, int depth)
    {
        if (depth > MaxDepth)
            throw context.Error(token.Start.Line + 1, token.Start.Column + 1, $"the YAML is nested deeper than {MaxDepth} levels");
        if (++_nodes > MaxNodes)
            throw context.Error(token.Start.Line + 1, token.Start.Column + 1, $"the YAML has more than {MaxNodes} values");
    }

    private Oci.AirgapException Error(YamlToken at, string why) =>
        context.Error(at.Start.Line + 1, at.Start.Column + 1, $"the file is not YAML: {why}");
}
