using System.Collections.Immutable;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Bundles;

/// <summary>One image of an ImagesLock.</summary>
/// <param name="Image">The image, by digest; short names are expanded (<c>ubuntu@…</c> is <c>index.docker.io/library/ubuntu@…</c>).</param>
/// <param name="Annotations">The annotations of other tools about the image, such as <c>kbld.carvel.dev/id</c>; never
/// interpreted.</param>
internal sealed record LockedImage(ImageReference Image, ImmutableSortedDictionary<string, string> Annotations)
{
    /// <summary>An image without annotations.</summary>
    public LockedImage(ImageReference image)
        : this(image, NoAnnotations)
    {
    }

    /// <summary>The empty set of annotations, ordered by code units like all others.</summary>
    public static ImmutableSortedDictionary<string, string> NoAnnotations { get; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
