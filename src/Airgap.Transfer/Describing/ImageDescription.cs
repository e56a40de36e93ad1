using System.Collections.Immutable;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Describing;

/// <summary>Something in a bundle that is not a bundle.</summary>
internal sealed record ImageDescription
{
    /// <summary>Its kind.</summary>
    public required DescribedKind Kind { get; init; }

    /// <summary>Its location, by digest; its recorded origin if it was not found.</summary>
    public required ImageReference Image { get; init; }

    /// <summary>Its origin recorded by the bundle; its location if no lock records it.</summary>
    public required ImageReference Origin { get; init; }

    /// <summary>The bundle's annotations about it; for a signature its <c>tag</c>.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = LockedImage.NoAnnotations;

    /// <summary>
    /// Its layers, bottom first; for an index those of its linux/amd64 image, as in imgpkg; empty if not requested.
    /// </summary>
    public ImmutableArray<Descriptor> Layers { get; init; } = [];

    /// <summary>Images of this index that were omitted by choice.</summary>
    public int LeftOut { get; init; }

    /// <summary>Why nothing more is known about it; null when it was found.</summary>
    public string? Error { get; init; }
}

/// <summary>The kinds of a bundle's parts, with imgpkg's names.</summary>
internal enum DescribedKind
{
    /// <summary>An image or index that the bundle pins.</summary>
    Image,

    /// <summary>A cosign signature.</summary>
    Signature,

    /// <summary>imgpkg's own image about the bundle: its locations image.</summary>
    Internal,
}
