using System.Text.RegularExpressions;

namespace Airgap.Publishing.Tests.Mirrors;

/// <summary>
/// Reads only the constructs of TOML 1.0 that mirror configurations use, and refuses all others: comments, tables, arrays of tables,
/// and keys with a basic string, a boolean or an array of basic strings. Shares no code with their writer.
/// </summary>
internal sealed partial class StrictToml
{
    /// <summary>The tables in order: the path, and the values as text; the root first.</summary>
    public List<(string Path, Dictionary<string, string[]> Values)> Tables { get; } = [("", [])];

    public StrictToml(string text)
    {
        Assert.EndsWith("\n", text);
        Assert.DoesNotContain("\r", text);
        HashSet<string> defined = [];
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.Trim().Length == 0 || line.TrimStart().StartsWith('#'))
                continue;
            if (ArrayHeader().Match(line) is { Success: true } array)
            {
                Tables.Add(($"[{Path(array.Groups[1].Value)}]", []));
            }
            else if (Header().Match(line) is { Success: true } header)
            {
                Assert.IsTrue(defined.Add(Path(header.Groups[1].Value)), $"The table is defined twice: {line}");
                Tables.Add((Path(header.Groups[1].Value), []));
            }
            else if (Pair().Match(line) is { Success: true } pair)
            {
                Assert.IsTrue(Tables[^1].Values.TryAdd(pair.Groups[1].Value, Value(pair.Groups[2].Value)), $"A key stands twice: {line}");
            }
            else
            {
                Assert.Fail($"No TOML that is known here: {line}");
            }
        }
    }

    private static string Path(string keys) => string.Join(
        '|', Key().Matches(keys).Select(key => key.Groups[1].Success ? Text(key.Groups[1].Value) : key.Groups[2].Value));

    private static string[] Value(string text) => text is "true" or "false" ? [text]
        : text[0] == '"' ? [Text(text[1..^1])] : [.. Basic().Matches(text).Select(match => Text(match.Groups[1].Value))];

    // Basic strings may contain escapes; none is needed here, so none is accepted.
    private static string Text(string inner)
    {
        Assert.DoesNotContain("\\", inner);
        Assert.IsFalse(inner.Any(char.IsControl), inner);
        return inner;
    }

    [GeneratedRegex("""^\[\[([A-Za-z0-9_.-]+)\]\]$""")]
    private static partial Regex ArrayHeader();

    [GeneratedRegex("""^\[((?:[A-Za-z0-9_-]+|"[^"\\]*")(?:\.(?:[A-Za-z0-9_-]+|"[^"\\]*"))*)\]$""")]
    private static partial Regex Header();

    [GeneratedRegex("""^ *([A-Za-z0-9_-]+) = ("[^"\\]*"|true|false|\["[^"\\]*"(?:, "[^"\\]*")*\])$""")]
    private static partial Regex Pair();

    [GeneratedRegex("""(?:"([^"]*)"|([A-Za-z0-9_-]+))""")]
    private static partial Regex Key();

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex Basic();
}
