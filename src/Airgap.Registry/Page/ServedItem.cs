using System.Collections.Immutable;

namespace Airgap.Registry.Page;

/// <summary>The kind of an item of a repository.</summary>
internal enum ServedKind
{
    /// <summary>An imgpkg bundle.</summary>
    Bundle,

    /// <summary>An image.</summary>
    Image,

    /// <summary>An image for several platforms.</summary>
    Index,

    /// <summary>Another artifact with a manifest.</summary>
    Artifact,
}

/// <summary>A manifest and the content it refers to.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Bytes">Length in bytes of the content it refers to, without the images of a bundle.</param>
/// <param name="Images">The number of images that the bundle pins; null for other kinds.</param>
/// <param name="Packages">The packages in its bundle.</param>
internal sealed record ServedItem(ServedKind Kind, long Bytes, int? Images, ImmutableArray<ServedPackage> Packages);

/// <summary>A package of a bundle, one version of it.</summary>
internal sealed record ServedPackage(string Name, string Version);
