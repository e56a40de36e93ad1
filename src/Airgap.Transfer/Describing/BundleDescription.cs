using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Describing;

/// <summary>
/// A bundle with all it pins. A bundle that is reached twice stands in both places; what it holds stands there, too, unless that makes the
/// description several times as long.
/// </summary>
internal sealed record BundleDescription
{
    /// <summary>Where it is, by digest.</summary>
    public required ImageReference Image { get; init; }

    /// <summary>Where the bundle above recorded it; of the root, where it is.</summary>
    public required ImageReference Origin { get; init; }

    /// <summary>What the bundle above notes about it; empty for the root.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = LockedImage.NoAnnotations;

    /// <summary>Its layers, bottom first; empty where they were not asked for.</summary>
    public ImmutableArray<Descriptor> Layers { get; init; } = [];

    /// <summary>The bundles it pins, ordered by place.</summary>
    public ImmutableArray<BundleDescription> Bundles { get; init; } = [];

    /// <summary>The images it pins, their signatures, and what belongs to the bundle itself, ordered by place.</summary>
    public ImmutableArray<ImageDescription> Images { get; init; } = [];

    /// <summary>
    /// True where another place of the description has the bundle's content; layers, bundles and images are left out here.
    /// </summary>
    public bool IsRepeated { get; init; }

    /// <summary>The bundle's digest.</summary>
    public Digest Digest => Image.Digest!.Value;
}
