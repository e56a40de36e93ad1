using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Transfer.Bundles;

/// <summary>One image of a relocated bundle.</summary>
/// <param name="Image">The reference in the bundle's images.yml, with short names expanded.</param>
/// <param name="IsBundle">True when the image is a bundle itself.</param>
internal sealed record ImageLocation(string Image, bool IsBundle)
{
    /// <summary>
    /// The manifests that this index, or one below it, lists and that were left behind by choice. Our own addition to imgpkg's format,
    /// which passes over it; empty for an image that is there whole.
    /// </summary>
    internal ImmutableArray<Digest> LeftOut { get; init; } = [];
}
