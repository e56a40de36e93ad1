namespace Airgap.Transfer.Yaml;

/// <summary>Lists and mappings, as blocks and in brackets.</summary>
internal sealed partial class YamlComposer
{
    private YamlSequence ReadBlockSequence(YamlMark start, Action<YamlNode> place, int depth, bool isIndentless)
    {
        List<YamlNode> items = [];
        YamlSequence node = new(items, start.Line + 1, start.Column + 1);
        place(node);
        if (!isIndentless)
            _scanner.Next();
        while (_scanner.Peek().Kind == YamlTokenKind.BlockEntry)
        {
            YamlMark end = _scanner.Next().End;
            YamlTokenKind next = _scanner.Peek().Kind;
            bool isEmpty = next is YamlTokenKind.BlockEntry or YamlTokenKind.BlockEnd
                || (isIndentless && next is YamlTokenKind.Key or YamlTokenKind.Value);
            _ = isEmpty ? ReadEmpty(end, items.Add) : ReadNode(items.Add, depth + 1, isBlock: true, takesIndentless: false);
        }

        if (isIndentless)
            return node;
        YamlToken last = _scanner.Next();
        return last.Kind == YamlTokenKind.BlockEnd ? node : throw Error(last, "the '-' of the next item is missing");
    }

    private YamlMapping ReadBlockMapping(YamlMark start, Action<YamlNode> place, int depth)
    {
        List<KeyValuePair<YamlScalar, YamlNode>> entries = [];
        YamlMapping node = new(entries, start.Line + 1, start.Column + 1);
        place(node);
        _scanner.Next();
        while (_scanner.Peek().Kind == YamlTokenKind.Key)
        {
            YamlNode key = ReadKey(entries, depth, isBlock: true);
            YamlToken value = _scanner.Peek();
            if (value.Kind == YamlTokenKind.Value)
                _scanner.Next();
            bool isEmpty = value.Kind != YamlTokenKind.Value || IsKeyOrEnd(_scanner.Peek().Kind);
            YamlMark at = value.Kind == YamlTokenKind.Value ? value.End : value.Start;
            ReadValue(entries, key, take => isEmpty
                ? ReadEmpty(at, take) : ReadNode(take, depth + 1, isBlock: true, takesIndentless: true));
        }

        YamlToken last = _scanner.Next();
        return last.Kind == YamlTokenKind.BlockEnd
            ? node : throw Error(last, "the next key is missing, or is not aligned with the others");
    }

    private YamlSequence ReadFlowSequence(YamlMark start, Action<YamlNode> place, int depth)
    {
        List<YamlNode> items = [];
        YamlSequence node = new(items, start.Line + 1, start.Column + 1);
        place(node);
        _scanner.Next();
        for (bool isFirst = true; _scanner.Peek().Kind != YamlTokenKind.FlowSequenceEnd; isFirst = false)
        {
            if (!isFirst && !TakeComma(YamlTokenKind.FlowSequenceEnd, "the ',' or ']' after this item is missing"))
                break;
            if (_scanner.Peek().Kind == YamlTokenKind.Key)
                ReadPair(items, depth + 1);
            else
                ReadNode(items.Add, depth + 1, isBlock: false, takesIndentless: false);
        }

        _scanner.Next();
        return node;
    }

    // [key: value] is a list of a mapping.
    private void ReadPair(List<YamlNode> items, int depth)
    {
        YamlToken start = _scanner.Peek();
        Count(start, depth);
        List<KeyValuePair<YamlScalar, YamlNode>> entries = [];
        items.Add(new YamlMapping(entries, start.Start.Line + 1, start.Start.Column + 1));
        YamlNode key = ReadKey(entries, depth, isBlock: false);
        ReadFlowValue(entries, key, depth, YamlTokenKind.FlowSequenceEnd);
    }

    private YamlMapping ReadFlowMapping(YamlMark start, Action<YamlNode> place, int depth)
    {
        List<KeyValuePair<YamlScalar, YamlNode>> entries = [];
        YamlMapping node = new(entries, start.Line + 1, start.Column + 1);
        place(node);
        _scanner.Next();
        for (bool isFirst = true; _scanner.Peek().Kind != YamlTokenKind.FlowMappingEnd; isFirst = false)
        {
            if (!isFirst && !TakeComma(YamlTokenKind.FlowMappingEnd, "the ',' or '}' after this entry is missing"))
                break;
            // {a} and {a, b} are keys without values.
            YamlNode key = _scanner.Peek().Kind == YamlTokenKind.Key
                ? ReadKey(entries, depth, isBlock: false)
                : RequireText(entries, ReadNode(static _ => { }, depth + 1, isBlock: false, takesIndentless: false));
            ReadFlowValue(entries, key, depth, YamlTokenKind.FlowMappingEnd);
        }

        _scanner.Next();
        return node;
    }

    private bool TakeComma(YamlTokenKind end, string refusal)
    {
        YamlToken comma = _scanner.Next();
        if (comma.Kind != YamlTokenKind.FlowEntry)
            throw Error(comma, refusal);
        return _scanner.Peek().Kind != end;
    }

    private void ReadFlowValue(List<KeyValuePair<YamlScalar, YamlNode>> entries, YamlNode key, int depth, YamlTokenKind end)
    {
        YamlToken value = _scanner.Peek();
        bool isEmpty = value.Kind != YamlTokenKind.Value;
        if (!isEmpty)
        {
            _scanner.Next();
            isEmpty = _scanner.Peek().Kind == YamlTokenKind.FlowEntry || _scanner.Peek().Kind == end;
        }

        ReadValue(entries, key, take => isEmpty
            ? ReadEmpty(value.Start, take) : ReadNode(take, depth + 1, isBlock: false, takesIndentless: false));
    }

    private YamlNode ReadKey(List<KeyValuePair<YamlScalar, YamlNode>> entries, int depth, bool isBlock)
    {
        YamlToken key = _scanner.Next();
        YamlTokenKind next = _scanner.Peek().Kind;
        bool isEmpty = isBlock ? IsKeyOrEnd(next)
            : next is YamlTokenKind.Value or YamlTokenKind.FlowEntry or YamlTokenKind.FlowMappingEnd or YamlTokenKind.FlowSequenceEnd;
        return isEmpty
            ? ReadEmpty(key.End, static _ => { })
            : RequireText(entries, ReadNode(static _ => { }, depth + 1, isBlock, takesIndentless: isBlock));
    }

    // If a key may be any value, a collection as a key is kept as the value of an empty key.
    private YamlNode RequireText(List<KeyValuePair<YamlScalar, YamlNode>> entries, YamlNode key)
    {
        if (key is YamlScalar)
            return key;
        if (form != YamlForm.Beginning)
            throw context.Error(key, "a key must be text");
        entries.Add(new(new YamlScalar("", IsPlain: false, key.Line, key.Column), key));
        return key;
    }

    private void ReadValue(List<KeyValuePair<YamlScalar, YamlNode>> entries, YamlNode key, Func<Action<YamlNode>, YamlNode> read)
    {
        YamlScalar name = key as YamlScalar ?? new YamlScalar("", IsPlain: false, key.Line, key.Column);
        YamlNode value = read(node => entries.Add(new(name, node)));
        if (name.IsMerge && form != YamlForm.Beginning)
            Merge(entries, name, value);
    }

    private static bool IsKeyOrEnd(YamlTokenKind kind) => kind is YamlTokenKind.Key or YamlTokenKind.Value or YamlTokenKind.BlockEnd;
}
