using Airgap.Transfer.Kubernetes;

namespace Airgap.Tool.Projects;

/// <summary>Chooses a version among tags.</summary>
internal static class TagChoice
{
    /// <summary>The highest tag that is a semantic version, releases before prereleases; null when none is one.</summary>
    public static string? Highest(IEnumerable<string> tags) => tags
        .Select(tag => (Tag: tag, Version: Parse(tag)))
        .Where(pair => pair.Version is not null)
        .OrderByDescending(pair => pair.Version!.Value.Prerelease.Length == 0)
        .ThenByDescending(pair => pair.Version!.Value)
        .ThenByDescending(pair => pair.Tag, StringComparer.Ordinal)
        .Select(pair => pair.Tag)
        .FirstOrDefault();

    // A tag cannot contain the '+' of build metadata; imgpkg's users write '_' or '-' instead.
    private static SemverVersion? Parse(string tag) =>
        SemverVersion.TryParseTag(tag.Replace('_', '+'), out SemverVersion version) ? version : null;
}
