using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Transfer.Bundles;

/// <summary>One image of a relocated bundle.</summary>
/// <param name="Image">The reference in the bundle's images.yml, with short names expanded.</param>
/// <param name="IsBundle">True when the image is a bundle itself.</param>
internal sealed record ImageLocation(string Image, bool IsBundle)
{
    /// <summary>
    /// The manifests listed by this index, or by an index in it, that were omitted by choice; empty for a complete image. Airgap adds this
    /// field to imgpkg's format; imgpkg ignores it.
    /// </summary>
    internal ImmutableArray<Digest> LeftOut { get; init; } = [];
}
