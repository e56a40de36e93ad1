using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Keeping;

/// <summary>Something that a lock, a report or a project says belongs to a repository.</summary>
/// <param name="Digest">The manifest.</param>
/// <param name="From">What says so, for people: a file, or an item of a project.</param>
internal sealed record KeptRoot(Digest Digest, string From)
{
    /// <summary>The user's tag; null for none.</summary>
    public string? Tag { get; init; }

    /// <summary>Every tag that it has, where that is known; empty where the tags that a relocation writes are expected.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>True when whatever it pins is a root as well, so that nothing is unknown where it is missing.</summary>
    public bool IsListedWhole { get; init; }

    /// <summary>A repository that has it, other than the one that is looked at; null for none.</summary>
    public RepositoryName? Origin { get; init; }
}
