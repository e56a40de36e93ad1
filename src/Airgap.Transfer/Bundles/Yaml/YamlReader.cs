using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Airgap.Transfer.Bundles.Yaml;

/// <summary>
/// Reads YAML documents into nodes. A lock file may come from anyone, so depth and count of nodes are bounded, and
/// aliases, anchors and tags, which no tool writes into such a file, are refused; in files that people write they are taken.
/// </summary>
internal sealed class YamlReader
{
    private const int MaxLockDepth = 32;
    private const int MaxHandWrittenDepth = 128;
    private const int MaxNodes = 1_000_000;

    private readonly YamlContext _context;
    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, YamlNode>? _anchors;
    private int _nodes;

    private YamlReader(string text, YamlContext context, bool isHandWritten)
    {
        _context = context;
        _parser = new Parser(new StringReader(text));
        _anchors = isHandWritten ? [] : null;
    }

    private int MaxDepth => _anchors is null ? MaxLockDepth : MaxHandWrittenDepth;

    /// <summary>Reads a document.</summary>
    /// <returns>Null when the file holds none.</returns>
    public static YamlNode? Read(ReadOnlySpan<byte> bytes, YamlContext context)
    {
        string text = YamlText.Decode(bytes, context);
        return Guard(context, () => new YamlReader(text, context, isHandWritten: false).ReadDocument());
    }

    /// <summary>Reads every document of a file that a person wrote: with anchors, whose aliases become the same node again, and with tags, which are passed over.</summary>
    public static IReadOnlyList<YamlNode> ReadDocuments(ReadOnlySpan<byte> bytes, YamlContext context)
    {
        string text = YamlText.Decode(bytes, context);
        return Guard(context, () => new YamlReader(text, context, isHandWritten: true).ReadAll());
    }

    private static T Guard<T>(YamlContext context, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (YamlException e)
        {
            throw context.Error((int)e.Start.Line, (int)e.Start.Column, $"the file is not YAML: {Sentence(e.Message)}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            // The scanner answers a few malformed escapes with an exception of the runtime instead of its own.
            throw context.Error(0, 0, "the file is not YAML", e);
        }
    }

    private List<YamlNode> ReadAll()
    {
        List<YamlNode> documents = [];
        Expect<StreamStart>();
        while (Next() is DocumentStart)
        {
            _anchors!.Clear();
            documents.Add(ReadNode(Next(), 0));
            Expect<DocumentEnd>();
        }

        return documents;
    }

    private YamlNode? ReadDocument()
    {
        Expect<StreamStart>();
        if (Next() is not DocumentStart)
            return null;
        YamlNode root = ReadNode(Next(), 0);
        Expect<DocumentEnd>();
        ParsingEvent after = Next();
        return after is StreamEnd
            ? root
            : throw _context.Error((int)after.Start.Line, (int)after.Start.Column, "the file holds a second YAML document");
    }

    private YamlNode ReadNode(ParsingEvent e, int depth)
    {
        (int line, int column) = ((int)e.Start.Line, (int)e.Start.Column);
        if (depth > MaxDepth)
            throw _context.Error(line, column, $"the YAML is nested deeper than {MaxDepth} levels");
        if (++_nodes > MaxNodes)
            throw _context.Error(line, column, $"the YAML has more than {MaxNodes} values");
        if (_anchors is null && (e is AnchorAlias || (e is NodeEvent anchored && !anchored.Anchor.IsEmpty)))
            throw _context.Error(line, column, "YAML anchors and aliases are not taken here");
        if (_anchors is null && e is NodeEvent tagged && !tagged.Tag.IsEmpty)
            throw _context.Error(line, column, "YAML tags are not taken here");
        YamlNode node = e switch
        {
            Scalar scalar => ReadScalar(scalar, line, column),
            SequenceStart => ReadSequence(line, column, depth),
            MappingStart => ReadMapping(line, column, depth),
            AnchorAlias alias => _anchors!.GetValueOrDefault(alias.Value) ?? throw _context.Error(line, column, $"the alias '{alias.Value}' has no anchor before it"),
            _ => throw _context.Error(line, column, "the file is not YAML"),
        };
        if (_anchors is not null && e is NodeEvent { Anchor.IsEmpty: false } named)
            _anchors[named.Anchor] = node;
        return node;
    }

    private YamlScalar ReadScalar(Scalar scalar, int line, int column)
    {
        // An escape can name half of a surrogate pair, which no UTF-8 file can hold.
        for (int i = 0; i < scalar.Value.Length; i++)
        {
            if (!char.IsSurrogate(scalar.Value[i]))
                continue;
            if (i + 1 == scalar.Value.Length || !char.IsSurrogatePair(scalar.Value[i], scalar.Value[i + 1]))
                throw _context.Error(line, column, "an escape in this text is not a Unicode character");
            i++;
        }

        return new YamlScalar(scalar.Value, scalar.Style == ScalarStyle.Plain, line, column);
    }

    private YamlSequence ReadSequence(int line, int column, int depth)
    {
        List<YamlNode> items = [];
        for (ParsingEvent e = Next(); e is not SequenceEnd; e = Next())
            items.Add(ReadNode(e, depth + 1));
        return new YamlSequence(items, line, column);
    }

    private YamlMapping ReadMapping(int line, int column, int depth)
    {
        List<KeyValuePair<YamlScalar, YamlNode>> entries = [];
        for (ParsingEvent e = Next(); e is not MappingEnd; e = Next())
        {
            if (ReadNode(e, depth + 1) is not YamlScalar key)
                throw _context.Error((int)e.Start.Line, (int)e.Start.Column, "a key must be text");
            if (_anchors is null && key is { IsPlain: true, Text: "<<" })
                throw _context.Error(key, "YAML merge keys are not taken here");
            entries.Add(new(key, ReadNode(Next(), depth + 1)));
        }

        return new YamlMapping(entries, line, column);
    }

    private void Expect<TEvent>()
        where TEvent : ParsingEvent
    {
        ParsingEvent e = Next();
        if (e is not TEvent)
            throw _context.Error((int)e.Start.Line, (int)e.Start.Column, "the file is not YAML");
    }

    private ParsingEvent Next()
    {
        do
        {
            if (!_parser.MoveNext() || _parser.Current is null)
                throw _context.Error(0, 0, "the file ends too early");
        }
        while (_parser.Current is Comment);
        return _parser.Current;
    }

    // The parser's sentences begin with a capital and end with a dot; here they stand inside a sentence.
    private static string Sentence(string message)
    {
        string text = message.TrimEnd('.').ReplaceLineEndings(" ");
        return text.Length > 1 && char.IsAsciiLetterUpper(text[0]) && !char.IsAsciiLetterUpper(text[1])
            ? char.ToLowerInvariant(text[0]) + text[1..]
            : text;
    }
}
