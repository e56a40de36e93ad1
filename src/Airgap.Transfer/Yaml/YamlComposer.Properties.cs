namespace Airgap.Transfer.Yaml;

/// <summary>Anchors, tags and merge keys.</summary>
internal sealed partial class YamlComposer
{
    private const string TypePrefix = "tag:yaml.org,2002:";

    private (string? Anchor, string? Tag) ReadProperties()
    {
        string? anchor = null;
        string? tag = null;
        for (int i = 0; i < 2; i++)
        {
            YamlToken token = _scanner.Peek();
            if (token.Kind == YamlTokenKind.Anchor && anchor is null)
                anchor = token.Text;
            else if (token.Kind == YamlTokenKind.Tag && tag is null)
                tag = Resolve(token);
            else
                break;
            if (form == YamlForm.Lock)
                throw context.Error(token.Start.Line + 1, token.Start.Column + 1,
                    token.Kind == YamlTokenKind.Tag ? "YAML tags are not allowed here" : "YAML anchors and aliases are not allowed here");
            _scanner.Next();
        }

        return (anchor, tag);
    }

    // "!<whole>", "!!type", "!handle!rest", "!own".
    private string Resolve(YamlToken token)
    {
        string text = token.Text;
        if (text.StartsWith("!<", StringComparison.Ordinal))
            return text[2..^1];
        int end = text.IndexOf('!', 1);
        string handle = end < 0 ? "!" : text[..(end + 1)];
        string? prefix = _tagPrefixes.GetValueOrDefault(handle) ?? handle switch { "!" => "!", "!!" => TypePrefix, _ => null };
        return prefix is null ? throw Error(token, $"the tag '{handle}' is not declared") : prefix + text[handle.Length..];
    }

    private void ReadDirective(YamlToken token)
    {
        if (token.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["TAG", var handle, var prefix])
            _tagPrefixes[handle] = prefix;
    }

    // True for a tag with which the scalar's text determines its type; with any other tag, the scalar is a string.
    private static bool IsResolved(string tag) =>
        tag.StartsWith(TypePrefix, StringComparison.Ordinal)
            && tag[TypePrefix.Length..] is "null" or "bool" or "int" or "float" or "timestamp" or "merge";

    // As in ytt, which reads every file first: the entries are added at their position, the last of several equal keys wins, and of a list
    // of mappings only the first is used.
    private void Merge(List<KeyValuePair<YamlScalar, YamlNode>> entries, YamlScalar key, YamlNode value)
    {
        if (form == YamlForm.Lock)
            throw context.Error(key, "YAML merge keys are not allowed here");
        YamlNode[] all = value is YamlSequence list ? [.. list.Items] : [value];
        if (all.FirstOrDefault(node => node is not YamlMapping) is { } wrong)
            throw context.Error(wrong, "a merge key needs a mapping, or a list of mappings");
        entries.RemoveAt(entries.Count - 1);
        if (all is [YamlMapping first, ..])
        {
            if (_nodes + first.Entries.Count > MaxNodes)
                throw context.Error(key, $"the YAML has more than {MaxNodes} values");
            _nodes += first.Entries.Count;
            entries.AddRange(first.Entries);
        }
    }
}
