namespace Airgap.Transfer.Yaml;

/// <summary>
/// A mapping with known keys, read as Go reads a struct: keys are case-insensitive, and a missing or null field is empty.
/// </summary>
internal sealed class YamlFields
{
    private readonly Dictionary<string, YamlNode> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly YamlContext _context;

    private YamlFields(YamlNode at, YamlContext context)
    {
        At = at;
        _context = context;
    }

    /// <summary>The mapping's node, for the position of errors.</summary>
    public YamlNode At { get; }

    /// <summary>Reads a mapping.</summary>
    /// <param name="node">The node, which must be a mapping.</param>
    /// <param name="what">The description of the mapping in errors, such as <c>an image of the lock</c>.</param>
    /// <param name="context">The file.</param>
    /// <param name="strict">True to refuse unknown and repeated keys; false to ignore unknown keys and use the last of repeated
    /// ones.</param>
    /// <param name="names">The known keys.</param>
    public static YamlFields Read(YamlNode node, string what, YamlContext context, bool strict, params ReadOnlySpan<string> names)
    {
        YamlFields fields = new(node, context);
        if (node is YamlScalar { IsNull: true })
            return fields;
        if (node is not YamlMapping mapping)
            throw context.Error(node, $"{what} must be a mapping");
        foreach ((YamlScalar key, YamlNode value) in mapping.Entries)
        {
            if (!IsOneOf(key.Text, names))
            {
                if (strict)
                    throw context.Error(key, $"'{Shorten(key.Text)}' is not a key of {what}; the keys are {string.Join(", ", names)}");
                continue;
            }

            if (strict && fields._values.ContainsKey(key.Text))
                throw context.Error(key, $"the key '{key.Text}' is given twice");
            fields._values[key.Text] = value;
        }

        return fields;
    }

    /// <summary>A field, or null if it is missing or null.</summary>
    public YamlNode? Find(string name) =>
        _values.TryGetValue(name, out YamlNode? node) && node is not YamlScalar { IsNull: true } ? node : null;

    /// <summary>A text field; empty if it is missing.</summary>
    public string Text(string name) => Find(name) is { } node ? TextOf(node, $"'{name}'", _context) : "";

    /// <summary>A list field; empty if it is missing.</summary>
    public IReadOnlyList<YamlNode> List(string name) => Find(name) switch
    {
        null => [],
        YamlSequence sequence => sequence.Items,
        { } node => throw _context.Error(node, $"'{name}' must be a list"),
    };

    /// <summary>A boolean; false if missing.</summary>
    public bool Flag(string name) => Find(name) switch
    {
        null => false,
        YamlScalar { IsPlain: true } scalar when Yaml11.Resolve(scalar.Text) is { Kind: YamlKind.Bool } value => value.Text == "true",
        { } node => throw _context.Error(node, $"'{name}' must be true or false"),
    };

    /// <summary>A scalar as text; a plain scalar's value is written as Go writes it.</summary>
    public static string TextOf(YamlNode node, string what, YamlContext context) => node is YamlScalar scalar
        ? scalar.IsPlain ? Yaml11.Resolve(scalar.Text).Text : scalar.Text
        : throw context.Error(node, $"{what} must be text");

    /// <summary>Shortens a text from a file for an error message, to 200 characters.</summary>
    public static string Shorten(string text) => text.Length <= 200 ? text : text[..200] + "…";

    private static bool IsOneOf(string key, ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
