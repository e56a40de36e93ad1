using Airgap.Transfer.Kubernetes;

namespace Airgap.Publishing.Updates;

/// <summary>Which versions count as newer than a declared one.</summary>
/// <param name="Prereleases">True if pre-releases also count as newer than a declared release. For a declared
/// pre-release they always do.</param>
/// <param name="SameMajor">True if the major number must stay the same.</param>
/// <param name="SameMinor">True if the major and minor numbers must stay the same.</param>
internal sealed record VersionScope(bool Prereleases = false, bool SameMajor = false, bool SameMinor = false)
{
    /// <summary>The newest of some versions, if it is newer than the declared one; otherwise null.</summary>
    /// <param name="declared">The declared version.</param>
    /// <param name="candidates">Versions, each with its text.</param>
    public string? Newest(SemverVersion declared, IEnumerable<(SemverVersion Version, string Text)> candidates)
    {
        (SemverVersion Version, string Text)? best = null;
        foreach ((SemverVersion Version, string Text) candidate in candidates)
        {
            if (!Counts(declared, candidate.Version))
                continue;
            int order = best is { } found ? candidate.Version.CompareTo(found.Version) : 1;
            // With two tags of one version, the result does not depend on their order.
            if (order > 0 || (order == 0 && string.CompareOrdinal(candidate.Text, best!.Value.Text) < 0))
                best = candidate;
        }

        return best?.Text;
    }

    /// <summary>
    /// The version of a tag; a tag cannot contain the <c>+</c> of build metadata, for which <c>_</c> is written.
    /// </summary>
    public static SemverVersion? OfTag(string tag)
    {
        int line = tag.IndexOf('_', StringComparison.Ordinal);
        return SemverVersion.TryParseTag(
            line < 0 ? tag : string.Concat(tag.AsSpan(0, line), "+", tag.AsSpan(line + 1)), out SemverVersion version) ? version : null;
    }

    private bool Counts(SemverVersion declared, SemverVersion version) =>
        version.CompareTo(declared) > 0
        && (version.Prerelease.Length == 0 || Prereleases || declared.Prerelease.Length > 0)
        && (!(SameMajor || SameMinor) || version.Major == declared.Major)
        && (!SameMinor || version.Minor == declared.Minor);
}
