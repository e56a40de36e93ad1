namespace Airgap.Transfer.Yaml;

/// <summary>Indentation and keys: the text before a colon, and the beginning and end of blocks.</summary>
internal sealed partial class YamlScanner
{
    private void Open(YamlTokenKind kind)
    {
        SaveKey();
        _keys.Add(new SimpleKey());
        _keyAllowed = true;
        Add(kind, 1);
    }

    private void Close(YamlTokenKind kind)
    {
        ForgetKey();
        if (FlowLevel > 0)
            _keys.RemoveAt(FlowLevel);
        _keyAllowed = false;
        Add(kind, 1);
    }

    private void FetchBlock(YamlTokenKind kind, YamlTokenKind block, string refusal, bool allowsKey)
    {
        if (FlowLevel == 0)
        {
            if (!_keyAllowed)
                throw Error(_at.Mark, refusal);
            Roll(_at.Mark, block, _tokens.Count);
        }

        ForgetKey();
        _keyAllowed = allowsKey;
        Add(kind, 1);
    }

    private void FetchValue()
    {
        SimpleKey key = _keys[FlowLevel];
        if (!key.IsPossible)
        {
            FetchBlock(YamlTokenKind.Value, YamlTokenKind.BlockMappingStart, "mapping values are not allowed in this context",
                allowsKey: FlowLevel == 0);
            return;
        }

        int place = _head + key.Token - _taken;
        _tokens.Insert(place, new YamlToken(YamlTokenKind.Key, key.Mark, key.Mark));
        if (FlowLevel == 0)
            Roll(key.Mark, YamlTokenKind.BlockMappingStart, place);
        _keys[FlowLevel] = default;
        _keyAllowed = false;
        Add(YamlTokenKind.Value, 1);
    }

    private void SaveKey()
    {
        if (!_keyAllowed)
            return;
        bool isRequired = FlowLevel == 0 && _indent == _at.Column;
        ForgetKey();
        _keys[FlowLevel] = new SimpleKey(IsPossible: true, isRequired, _taken + _tokens.Count - _head, _at.Mark);
    }

    private void ForgetKey()
    {
        if (_keys[FlowLevel] is { IsPossible: true, IsRequired: true } key)
            throw Error(key.Mark, "the ':' after this key is missing");
        _keys[FlowLevel] = default;
    }

    private void DropStaleKeys()
    {
        YamlMark now = _at.Mark;
        for (int i = 0; i < _keys.Count; i++)
        {
            SimpleKey key = _keys[i];
            if (!key.IsPossible || (key.Mark.Line == now.Line && key.Mark.Index + MaxSimpleKey >= now.Index))
                continue;
            if (key.IsRequired)
                throw Error(key.Mark, "the ':' after this key is missing");
            _keys[i] = default;
        }
    }

    private void Roll(YamlMark mark, YamlTokenKind block, int place)
    {
        if (_indent >= mark.Column)
            return;
        _indents.Push(_indent);
        _indent = mark.Column;
        _tokens.Insert(place, new YamlToken(block, mark, mark));
    }

    private void Unroll(int column)
    {
        while (FlowLevel == 0 && _indent > column)
        {
            _tokens.Add(new YamlToken(YamlTokenKind.BlockEnd, _at.Mark, _at.Mark));
            _indent = _indents.Pop();
        }
    }

    /// <summary>A token that is a key if a colon follows it.</summary>
    /// <param name="IsPossible">True as long as a colon may follow.</param>
    /// <param name="IsRequired">True if a colon must follow.</param>
    /// <param name="Token">The token's number in the text.</param>
    /// <param name="Mark">Where it begins.</param>
    private readonly record struct SimpleKey(bool IsPossible, bool IsRequired, int Token, YamlMark Mark);
}
