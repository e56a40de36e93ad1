namespace Airgap.Transfer.Yaml;

/// <summary>A part of a YAML document, with the line and column of its beginning, both counted from 1.</summary>
internal abstract record YamlNode(int Line, int Column);

/// <summary>A scalar. Only a plain one (without quotes or block style) can mean something other than its text.</summary>
internal sealed record YamlScalar(string Text, bool IsPlain, int Line, int Column) : YamlNode(Line, Column)
{
    /// <summary>True for <c>~</c>, <c>null</c> and nothing at all.</summary>
    public bool IsNull => IsPlain && Yaml11.Resolve(Text).Kind == YamlKind.Null;

    /// <summary>True for a merge key: the entries of its value become entries of the mapping that contains it.</summary>
    public bool IsMerge => IsPlain && Text == "<<";
}

/// <summary>A list.</summary>
internal sealed record YamlSequence(IReadOnlyList<YamlNode> Items, int Line, int Column) : YamlNode(Line, Column);

/// <summary>A mapping in the order of the file; keys are scalars, and may repeat.</summary>
internal sealed record YamlMapping(IReadOnlyList<KeyValuePair<YamlScalar, YamlNode>> Entries, int Line, int Column)
    : YamlNode(Line, Column);
