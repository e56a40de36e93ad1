using System.Collections.Immutable;

namespace Airgap.Transfer.Deriving;

/// <summary>A selection of packages and platforms of a bundle.</summary>
internal sealed record BundleSelection
{
    /// <summary>The packages; empty for all.</summary>
    public ImmutableArray<PackageChoice> Packages { get; init; } = [];

    /// <summary>The pre-release identifiers to include: null for none, empty for all.</summary>
    public ImmutableArray<string>? Prereleases { get; init; }

    /// <summary>The platforms; empty for all.</summary>
    public ImmutableArray<PlatformChoice> Platforms { get; init; } = [];

    /// <summary>
    /// True to omit images of the lock that no selected package names, even if nothing proves that they are not needed.
    /// </summary>
    public bool DropUnreferenced { get; init; }

    /// <summary>True to replace an index of which one image is left by that image.</summary>
    public bool Flatten { get; init; }

    /// <summary>
    /// True to keep an index and its digest unchanged, and omit only the images of other platforms; false to rewrite
    /// it.
    /// </summary>
    public bool Sparse { get; init; }

    /// <summary>True to skip a platform that an image lacks.</summary>
    public bool SkipMissingPlatforms { get; init; }

    /// <summary>True if everything is selected.</summary>
    public bool IsEmpty => Packages.IsEmpty && Platforms.IsEmpty && !DropUnreferenced;

    /// <summary>The part of the selection that applies to a nested bundle.</summary>
    public BundleSelection OfPlatforms() => this with { Packages = [], Prereleases = null, DropUnreferenced = false };

    /// <summary>The selection in one line, independent of the order of the choices.</summary>
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
