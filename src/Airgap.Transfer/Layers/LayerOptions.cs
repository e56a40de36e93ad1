using System.Collections.Immutable;

namespace Airgap.Transfer.Layers;

/// <summary>Options for making a layer from folders and files. The defaults are imgpkg's.</summary>
internal sealed record LayerOptions
{
    /// <summary>
    /// Paths to exclude, each relative to the input, with <c>/</c> as separator; a folder with all its content. Only
    /// the exact path is excluded: <c>.git</c> excludes that folder in an input's root, not in subfolders.
    /// </summary>
    public ImmutableArray<string> Exclusions { get; init; } = [".git"];

    /// <summary>True to keep the modes of files and of the input folder; false for the owner's bits only.</summary>
    public bool PreservePermissions { get; init; }
}
