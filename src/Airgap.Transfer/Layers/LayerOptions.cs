using System.Collections.Immutable;

namespace Airgap.Transfer.Layers;

/// <summary>How a layer is made of folders and files. The defaults are imgpkg's.</summary>
internal sealed record LayerOptions
{
    /// <summary>
    /// Paths that are left out, each relative to the input and with <c>/</c> as separator; a folder with all that it holds. Only the very
    /// path is meant: <c>.git</c> leaves out that folder of an input's root, not one further down.
    /// </summary>
    public ImmutableArray<string> Exclusions { get; init; } = [".git"];

    /// <summary>True to keep the modes of files and of the input folder; false for the owner's bits only.</summary>
    public bool PreservePermissions { get; init; }
}
