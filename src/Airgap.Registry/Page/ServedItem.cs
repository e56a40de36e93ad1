using System.Collections.Immutable;

namespace Airgap.Registry.Page;

/// <summary>What an item of a repository is.</summary>
internal enum ServedKind
{
    /// <summary>An imgpkg bundle.</summary>
    Bundle,

    /// <summary>An image.</summary>
    Image,

    /// <summary>An image for several platforms.</summary>
    Index,

    /// <summary>Something else that has a manifest.</summary>
    Artifact,
}

/// <summary>What is known of a manifest and of what it refers to.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Bytes">Length of all it refers to in the repository, its bundle's images not counted.</param>
/// <param name="Images">How many images its bundle pins; null where it is none.</param>
/// <param name="Packages">The packages in its bundle.</param>
internal sealed record ServedItem(ServedKind Kind, long Bytes, int? Images, ImmutableArray<ServedPackage> Packages);

/// <summary>A package of a bundle, one version of it.</summary>
internal sealed record ServedPackage(string Name, string Version);
