using System.Text;

namespace Airgap.Transfer.Kubernetes;

/// <summary>
/// Block-style YAML, with two spaces per level and line feeds on every system. Its texts are validated before, and
/// contain no control characters.
/// </summary>
internal sealed class ManifestYaml
{
    private static readonly HashSet<string> s_words =
        new(["null", "true", "false", "yes", "no", "on", "off", "y", "n"], StringComparer.OrdinalIgnoreCase);

    private readonly StringBuilder _text = new();

    /// <summary>Begins a document.</summary>
    public ManifestYaml Document() => Line("---");

    /// <summary>A key whose value is a mapping on the following lines.</summary>
    public ManifestYaml Key(int level, string key) => Line($"{new string(' ', level * 2)}{key}:");

    /// <summary>A key and a text.</summary>
    public ManifestYaml Add(int level, string key, string value) => Line($"{new string(' ', level * 2)}{key}: {Scalar(value)}");

    /// <summary>A key and a value that is already YAML.</summary>
    public ManifestYaml AddRaw(int level, string key, string yaml) => Line($"{new string(' ', level * 2)}{key}: {yaml}");

    /// <summary>A literal line.</summary>
    public ManifestYaml Line(int level, string line) => Line(new string(' ', level * 2) + line);

    /// <summary>A comment on a line of its own.</summary>
    public ManifestYaml Comment(int level, string text) => Line(level, $"# {text}");

    /// <summary>
    /// A key and a text of several lines, as a block; a text with characters not allowed in a block is quoted.
    /// </summary>
    public ManifestYaml AddBlock(int level, string key, string value)
    {
        string text = value.ReplaceLineEndings("\n");
        if (text.Length == 0 || text.Any(
            c => c is not '\n' and not '\t'
            && (char.IsControl(c) || char.IsSurrogate(c) || c is '\uFEFF' or '\u2028' or '\u2029' or '\u0085')))
            return AddRaw(level, key,
                $"\"{string.Concat(text.EnumerateRunes().Select(rune => rune.Value is >= ' ' and <= '~' and not '"' and not '\\' ? rune.ToString() : Yaml.YamlEscape.Of(rune)))}\"");
        string chomping = !text.EndsWith('\n')
            ? "-" : text.EndsWith("\n\n", StringComparison.Ordinal) || text.Trim('\n').Length == 0 ? "+" : "";
        // The number is the indentation, so that a text may begin with blanks.
        AddRaw(level, key, $"|2{chomping}");
        string body = text.EndsWith('\n') ? text[..^1] : text;
        foreach (string line in body.Split('\n'))
            Line(line.Length == 0 ? "" : new string(' ', (level + 1) * 2) + line);
        return this;
    }

    /// <summary>A list of texts on one line.</summary>
    public ManifestYaml AddList(int level, string key, IEnumerable<string> values) =>
        AddRaw(level, key, $"[{string.Join(", ", values.Select(value => $"\"{value}\""))}]");

    /// <summary>
    /// A text as a scalar that every reader, also of YAML 1.1, reads as a text: plain if possible, else in single
    /// quotes.
    /// </summary>
    public static string Scalar(string value) => IsPlain(value) ? value : $"'{value.Replace("'", "''")}'";

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private static bool IsPlain(string value)
    {
        if (value.Length == 0 || !char.IsAsciiLetterOrDigit(value[0]) || value[^1] == ':')
            return false;
        if (value.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:@"))
            return false;
        if (s_words.Contains(value))
            return false;
        // Decimal, hex, octal and base-60 numbers, floats and dates begin with a digit and contain only these
        // characters.
        return !char.IsAsciiDigit(value[0]) || value.AsSpan().ContainsAnyExcept("0123456789abcdefABCDEFxXoO_.:-+tTzZ");
    }

    private ManifestYaml Line(string line)
    {
        _text.Append(line).Append('\n');
        return this;
    }
}
