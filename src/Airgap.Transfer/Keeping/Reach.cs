using Airgap.Oci;

namespace Airgap.Transfer.Keeping;

/// <summary>What a walk found.</summary>
/// <param name="Here">The manifests that the repository has, by digest.</param>
/// <param name="Missing">Those that it has not, though something leads to them, in the order in which they were found.</param>
internal sealed record Reach(IReadOnlyDictionary<Digest, ContentNode> Here, IReadOnlyList<MissingContent> Missing)
{
    /// <summary>Images of indexes that it has not, and that every relocation which led to them left behind by choice.</summary>
    public int LeftOut { get; init; }
}

/// <summary>A manifest that a repository has not.</summary>
/// <param name="Digest">The manifest.</param>
/// <param name="Link">How it was found; null for a root.</param>
/// <param name="Parent">What leads to it; null for a root.</param>
/// <param name="Elsewhere">The same, read from another place; null where it was not found.</param>
/// <param name="Problem">Why no other place gives it; null where none was asked, or one did.</param>
internal sealed record MissingContent(Digest Digest, ContentLink? Link, Digest? Parent, ContentNode? Elsewhere, string? Problem);
