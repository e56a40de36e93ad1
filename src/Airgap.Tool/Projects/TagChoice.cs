using System.Globalization;
using System.Text.RegularExpressions;

namespace Airgap.Tool.Projects;

/// <summary>Chooses a version among tags.</summary>
internal static partial class TagChoice
{
    /// <summary>The highest tag that is a semantic version, releases before prereleases; null when none is one.</summary>
    public static string? Highest(IEnumerable<string> tags) => tags
        .Select(tag => (Tag: tag, Version: Parse(tag)))
        .Where(pair => pair.Version is not null)
        .OrderByDescending(pair => pair.Version!.IsRelease)
        .ThenByDescending(pair => pair.Version!.Numbers, Comparer<decimal[]>.Create(Compare))
        .ThenByDescending(pair => pair.Tag, StringComparer.Ordinal)
        .Select(pair => pair.Tag)
        .FirstOrDefault();

    private static int Compare(decimal[] left, decimal[] right) => left.Zip(right, decimal.Compare).FirstOrDefault(order => order != 0);

    private static Version? Parse(string tag) => Pattern().Match(tag) is { Success: true } match
        ? new Version(
            [.. Enumerable.Range(1, 3)
                .Select(i => decimal.Parse(match.Groups[i].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture))],
                match.Groups[4].Length == 0)
        : null;

    private sealed record Version(decimal[] Numbers, bool IsRelease);

    // A tag cannot contain the '+' of build metadata; imgpkg's users write '_' or '-' instead.
    [GeneratedRegex(@"^v?(\d{1,18})\.(\d{1,18})\.(\d{1,18})(-[0-9A-Za-z.-]+)?(?:[+_][0-9A-Za-z.-]+)?$")]
    private static partial Regex Pattern();
}
