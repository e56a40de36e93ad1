using System.Collections.Immutable;

namespace Airgap.Transfer.Describing;

/// <summary>A version of a package in a package repository.</summary>
/// <param name="Name">The package.</param>
/// <param name="Version">The version, as written.</param>
/// <param name="ReleasedAt">When it was released, as written; null where that is not said.</param>
/// <param name="Images">The images and bundles that it needs, its bundle's own among them.</param>
/// <param name="Size">Bytes of all that it needs: manifests, configs and layers, each once.</param>
/// <param name="Shared">Bytes of these that another version, or another package, needs, too.</param>
internal sealed record ListedPackage(string Name, string Version, string? ReleasedAt, int Images, long Size, long Shared)
{
    /// <summary>Bytes that a copy without this one version would not move.</summary>
    public long Alone => Size - Shared;
}

/// <summary>The packages of a bundle.</summary>
/// <param name="Reference">The bundle, by digest.</param>
/// <param name="Packages">Its packages, by name, the newest version first.</param>
/// <param name="Opaque">Files under <c>packages/</c> whose packages cannot be told, each with the reason.</param>
internal sealed record PackageListing(string Reference, ImmutableArray<ListedPackage> Packages, ImmutableArray<string> Opaque);
