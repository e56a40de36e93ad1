namespace Airgap.Transfer.Kubernetes;

/// <summary>
/// A range of versions, such as <c>&gt;=1.0.0 &lt;2.0.0 || 3.1.x</c>: alternatives separated by <c>||</c>, each a list
/// of comparisons that must all be true.
/// </summary>
/// <remarks>
/// Source: the documentation of ParseRange of Go's blang/semver, which kapp-controller and vendir use.
/// </remarks>
internal sealed class SemverRange
{
    private readonly List<List<(string Sign, SemverVersion Version)>> _alternatives;

    private SemverRange(List<List<(string Sign, SemverVersion Version)>> alternatives) => _alternatives = alternatives;

    /// <summary>True if a cluster can read the text.</summary>
    public static bool IsValid(string text) => TryParse(text, out _);

    /// <summary>Reads a range.</summary>
    public static bool TryParse(string text, out SemverRange range)
    {
        List<List<(string, SemverVersion)>> alternatives = [];
        range = new SemverRange(alternatives);
        List<(string, SemverVersion)> comparisons = [];
        List<string> words = Split(text);
        if (words.Count == 0 || words[0] == "||" || words[^1] == "||")
            return false;
        foreach (string word in words)
        {
            if (word != "||")
            {
                if (!TryAdd(word, comparisons))
                    return false;
                continue;
            }

            if (comparisons.Count == 0)
                return false;
            alternatives.Add(comparisons);
            comparisons = [];
        }

        alternatives.Add(comparisons);
        return comparisons.Count > 0;
    }

    /// <summary>
    /// True for a version of the range; build metadata is ignored.
    /// </summary>
    public bool Includes(SemverVersion version) =>
        _alternatives.Exists(all => all.TrueForAll(one => Holds(version.CompareTo(one.Version), one.Sign)));

    // Blanks separate comparisons, except after an operator.
    private static List<string> Split(string text)
    {
        List<string> words = [];
        string word = "";
        foreach (string part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            word += part;
            if (word[^1] is '>' or '<' or '=')
                continue;
            words.Add(word);
            word = "";
        }

        if (word.Length > 0)
            words.Add(word);
        return words;
    }

    private static bool TryAdd(string word, List<(string, SemverVersion)> comparisons)
    {
        int digit = word.AsSpan().IndexOfAnyInRange('0', '9');
        if (digit < 0)
            return false;
        string sign = word[..digit] is "" or "==" ? "=" : word[..digit] is "!" ? "!=" : word[..digit];
        string text = word[digit..];
        if (sign is not ("=" or "!=" or ">" or ">=" or "<" or "<="))
            return false;
        if (text.Contains('x', StringComparison.Ordinal))
            return TryAddWildcard(sign, text, comparisons);
        if (!SemverVersion.TryParse(text, out SemverVersion version))
            return false;
        comparisons.Add((sign, version));
        return true;
    }

    // 1.x, 1.2.x: x replaces the last numbers.
    private static bool TryAddWildcard(string sign, string text, List<(string, SemverVersion)> comparisons)
    {
        string[] parts = text.Split('.');
        // An x elsewhere, such as in a pre-release, has no such meaning, and only these two operators allow it.
        if (parts[^1] != "x" || parts.Length is not (2 or 3))
        {
            if (sign is not (">=" or "<") || !SemverVersion.TryParse(text, out SemverVersion plain))
                return false;
            comparisons.Add((sign, plain));
            return true;
        }

        bool isMinor = parts.Length == 2;
        string start = isMinor || parts[1] == "x" ? $"{parts[0]}.0.0" : $"{parts[0]}.{parts[1]}.0";
        if (!SemverVersion.TryParse(start, out SemverVersion low))
            return false;
        SemverVersion high = isMinor ? low.NextMajor() : low.NextMinor();
        comparisons.AddRange(sign switch
        {
            ">" => [(">=", high)],
            ">=" => [(">=", low)],
            "<" => [("<", low)],
            "<=" => [("<", high)],
            "=" => [(">=", low), ("<", high)],
            _ => [("<", low), (">=", high)],
        });
        return true;
    }

    private static bool Holds(int comparison, string sign) => sign switch
    {
        "=" => comparison == 0,
        "!=" => comparison != 0,
        ">" => comparison > 0,
        ">=" => comparison >= 0,
        "<" => comparison < 0,
        _ => comparison <= 0,
    };
}
