using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Keeping;

/// <summary>A manifest that belongs to a repository according to a lock, a report or a project.</summary>
/// <param name="Digest">The manifest.</param>
/// <param name="From">The source, for people: a file, or an item of a project.</param>
internal sealed record KeptRoot(Digest Digest, string From)
{
    /// <summary>The user's tag; null for none.</summary>
    public string? Tag { get; init; }

    /// <summary>All its tags, if known; empty to expect the tags that a relocation sets.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>True when the source does not say which tags it has, so that a moved tag is not found.</summary>
    public bool HasUnknownTags { get; init; }

    /// <summary>True when everything it pins is also a root, so that nothing is unknown if it is missing.</summary>
    public bool IsListedWhole { get; init; }

    /// <summary>Another repository that has it; null for none.</summary>
    public RepositoryName? Origin { get; init; }
}
