using System.Collections.Immutable;

namespace Airgap.Transfer.Deriving;

/// <summary>What of a bundle is wanted.</summary>
internal sealed record BundleSelection
{
    /// <summary>The packages; empty for all.</summary>
    public ImmutableArray<PackageChoice> Packages { get; init; } = [];

    /// <summary>The pre-releases of packages that count: null for none, empty for all.</summary>
    public ImmutableArray<string>? Prereleases { get; init; }

    /// <summary>The platforms; empty for all.</summary>
    public ImmutableArray<PlatformChoice> Platforms { get; init; } = [];

    /// <summary>
    /// True to leave an image of the lock behind that no chosen package names, even where nothing shows that it is not needed.
    /// </summary>
    public bool DropUnreferenced { get; init; }

    /// <summary>True to put the one image that is left of an index in the index's place.</summary>
    public bool Flatten { get; init; }

    /// <summary>
    /// True to leave an index as it is, its digest too, and only the images of other platforms behind; false to write it anew.
    /// </summary>
    public bool Sparse { get; init; }

    /// <summary>True to go on without a platform that an image has not.</summary>
    public bool SkipMissingPlatforms { get; init; }

    /// <summary>True where everything is wanted.</summary>
    public bool IsEmpty => Packages.IsEmpty && Platforms.IsEmpty && !DropUnreferenced;

    /// <summary>What of the selection counts for a bundle in a bundle.</summary>
    public BundleSelection OfPlatforms() => this with { Packages = [], Prereleases = null, DropUnreferenced = false };

    /// <summary>The selection in one line, the same for the same choices in whichever order they were given.</summary>
    public override string ToString()
    {
        List<string> parts = [];
        if (!Packages.IsEmpty)
            parts.Add($"packages {Joined(Packages)}");
        if (Prereleases is { } prereleases)
            parts.Add(prereleases.IsEmpty
                ? "prereleases *" : $"prereleases {string.Join(',', prereleases.Distinct().Order(StringComparer.Ordinal))}");
        if (!Platforms.IsEmpty)
            parts.Add($"platforms {Joined(Platforms)}");
        if (Sparse)
            parts.Add("platform-mode sparse");
        if (Flatten)
            parts.Add("flatten");
        if (SkipMissingPlatforms)
            parts.Add("missing-platform skip");
        if (DropUnreferenced)
            parts.Add("drop-unreferenced");
        return string.Join(" | ", parts);
    }

    private static string Joined<T>(IEnumerable<T> choices) =>
        string.Join("; ", choices.Select(choice => choice!.ToString()!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
}
