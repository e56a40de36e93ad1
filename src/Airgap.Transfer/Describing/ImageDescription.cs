using System.Collections.Immutable;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Describing;

/// <summary>Something in a bundle that is not a bundle.</summary>
internal sealed record ImageDescription
{
    /// <summary>What it is.</summary>
    public required DescribedKind Kind { get; init; }

    /// <summary>Where it is, by digest; where it was recorded when it was not found.</summary>
    public required ImageReference Image { get; init; }

    /// <summary>Where the bundle recorded it; of what no lock records, where it is.</summary>
    public required ImageReference Origin { get; init; }

    /// <summary>What the bundle notes about it; of a signature the <c>tag</c> that it is found by.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = LockedImage.NoAnnotations;

    /// <summary>
    /// Its layers, bottom first; of an index those of its linux/amd64 image, as imgpkg lists them; empty where they were not requested.
    /// </summary>
    public ImmutableArray<Descriptor> Layers { get; init; } = [];

    /// <summary>Images of this index that were left behind by choice.</summary>
    public int LeftOut { get; init; }

    /// <summary>Why nothing more is known of it; null when it was found.</summary>
    public string? Error { get; init; }
}

/// <summary>What a part of a bundle is, under imgpkg's names.</summary>
internal enum DescribedKind
{
    /// <summary>An image or index that the bundle pins.</summary>
    Image,

    /// <summary>A cosign signature.</summary>
    Signature,

    /// <summary>What imgpkg itself keeps about the bundle: its locations image.</summary>
    Internal,
}
