using System.Collections.Immutable;

namespace Airgap.Transfer.Describing;

/// <summary>A version of a package in a package repository.</summary>
/// <param name="Name">The package.</param>
/// <param name="Version">The version, as written.</param>
/// <param name="ReleasedAt">The release date, as written; null if absent.</param>
/// <param name="Images">The images and bundles that it needs, including its own bundle.</param>
/// <param name="Size">The size of everything it needs: manifests, configs and layers, each counted once.</param>
/// <param name="Shared">The size of the part that another version or package also needs.</param>
internal sealed record ListedPackage(string Name, string Version, string? ReleasedAt, int Images, long Size, long Shared)
{
    /// <summary>The bytes that a copy without this version would save.</summary>
    public long Alone => Size - Shared;
}

/// <summary>The packages of a bundle.</summary>
/// <param name="Reference">The bundle, by digest.</param>
/// <param name="Packages">Its packages, by name, the newest version first.</param>
/// <param name="Opaque">Files under <c>packages/</c> whose packages are unknown, each with the reason.</param>
internal sealed record PackageListing(string Reference, ImmutableArray<ListedPackage> Packages, ImmutableArray<string> Opaque);
