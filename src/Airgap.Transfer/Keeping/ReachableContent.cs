using Airgap.Oci;

namespace Airgap.Transfer.Keeping;

/// <summary>The result of a walk.</summary>
/// <param name="Present">The manifests that the repository has, by digest.</param>
/// <param name="Missing">The referenced manifests that it lacks, in the order found.</param>
internal sealed record ReachableContent(IReadOnlyDictionary<Digest, ContentNode> Present, IReadOnlyList<MissingContent> Missing)
{
    /// <summary>The number of images of indexes that the repository lacks because every relocation to it omitted them by choice.</summary>
    public int LeftOut { get; init; }
}

/// <summary>A manifest that a repository lacks.</summary>
/// <param name="Digest">The manifest.</param>
/// <param name="Link">The reference to it; null for a root.</param>
/// <param name="Parent">The referring manifest; null for a root.</param>
/// <param name="Elsewhere">The same manifest, read from another repository; null if not found.</param>
/// <param name="Problem">Why no other repository returned it; null if none was queried, or if one returned it.</param>
internal sealed record MissingContent(Digest Digest, ContentLink? Link, Digest? Parent, ContentNode? Elsewhere, string? Problem);
