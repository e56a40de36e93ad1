using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Describing;

/// <summary>
/// A bundle with everything it pins. A bundle that is pinned twice appears twice, with its content, unless that would
/// make the description several times as long.
/// </summary>
internal sealed record BundleDescription
{
    /// <summary>Its location, by digest.</summary>
    public required ImageReference Image { get; init; }

    /// <summary>The location recorded by the parent bundle; for the root, its own location.</summary>
    public required ImageReference Origin { get; init; }

    /// <summary>The annotations of the parent bundle; empty for the root.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = LockedImage.NoAnnotations;

    /// <summary>Its layers, bottom first; empty if not requested.</summary>
    public ImmutableArray<Descriptor> Layers { get; init; } = [];

    /// <summary>The bundles it pins, ordered by location.</summary>
    public ImmutableArray<BundleDescription> Bundles { get; init; } = [];

    /// <summary>The images it pins, their signatures, and the bundle's own companions, ordered by location.</summary>
    public ImmutableArray<ImageDescription> Images { get; init; } = [];

    /// <summary>
    /// True if the bundle's content is elsewhere in the description; layers, bundles and images are absent here.
    /// </summary>
    public bool IsRepeated { get; init; }

    /// <summary>The bundle's digest.</summary>
    public Digest Digest => Image.Digest!.Value;
}
