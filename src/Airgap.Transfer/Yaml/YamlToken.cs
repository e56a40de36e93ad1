namespace Airgap.Transfer.Yaml;

/// <summary>The kinds of tokens.</summary>
internal enum YamlTokenKind
{
    StreamEnd,
    Directive,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar,
}

/// <summary>A token of a YAML text.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Text">The text of a scalar, the name of an anchor or alias, a tag as it is written.</param>
/// <param name="IsPlain">True for a scalar without quotes or block style.</param>
internal readonly record struct YamlToken(YamlTokenKind Kind, YamlMark Start, YamlMark End, string Text = "", bool IsPlain = false);
