namespace Airgap.Transfer.Kubernetes;

/// <summary>The tags that a <c>tagSelection</c> matches.</summary>
/// <remarks>
/// Source: vendir's "version selection": semver ranges; a tag may begin with <c>v</c>; pre-releases only if requested.
/// </remarks>
internal static class TagConstraints
{
    private const string IdentifierCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

    /// <summary>True when the cluster can read them.</summary>
    public static bool IsValid(string constraints) => SemverRange.IsValid(constraints);

    /// <summary>
    /// The identifiers of a list separated by commas, semicolons or blanks; null when empty, or if one is malformed.
    /// </summary>
    public static string[]? ParsePrereleases(string text)
    {
        string[] identifiers = text.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries);
        return identifiers.Length > 0 && identifiers.All(IsIdentifier) ? identifiers : null;
    }

    /// <summary>True for a tag that the cluster may select.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="constraints">A range that is valid.</param>
    /// <param name="prereleases">The pre-releases to include: null for none, empty for all.</param>
    public static bool Includes(string tag, string constraints, string[]? prereleases) =>
        SemverVersion.TryParseTag(tag, out SemverVersion version)
        && SemverRange.TryParse(constraints, out SemverRange range)
        && range.Includes(version)
        && (version.Prerelease.Length == 0
            || (prereleases is not null && (prereleases.Length == 0 || version.Prerelease.Any(prereleases.Contains))));

    private static bool IsIdentifier(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(IdentifierCharacters);
}
