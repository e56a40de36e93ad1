using System.Text.RegularExpressions;

namespace Airgap.Build;

/// <summary>
/// Decides whether an element's <c>Include</c> may have produced an item: wildcards and <c>$(...)</c> match anything.
/// </summary>
internal static partial class IncludePattern
{
    /// <summary>True when it may have produced the item.</summary>
    /// <param name="element">The text of the project file, from the element's start.</param>
    /// <param name="item">The item.</param>
    public static bool Matches(string element, string item)
    {
        string given = item.Replace('\\', '/');
        return Include().Match(element) is { Success: true } include
            && include.Groups[1].Value.Split(';', StringSplitOptions.TrimEntries)
            .Any(part => Regex.IsMatch(given, PatternOf(part), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)));
    }

    private static string PatternOf(string part)
    {
        string pattern = Wild().Replace(part.Replace('\\', '/'), wild => wild.Value switch
        {
            "?" => "\u0001",
            "*" => "\u0002",
            _ => "\u0003",
        });
        return "^" + Regex.Escape(pattern).Replace("\u0001", "[^/]", StringComparison.Ordinal)
            .Replace("\u0002", "[^/]*", StringComparison.Ordinal).Replace("\u0003", ".*", StringComparison.Ordinal) + "$";
    }

    [GeneratedRegex("\\bInclude\\s*=\\s*[\"']([^\"']*)[\"']", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Include();

    // "**/" also matches nothing.
    [GeneratedRegex(@"\*\*/?|[$@%]\([^)]*\)|\?|\*", RegexOptions.CultureInvariant)]
    private static partial Regex Wild();
}
