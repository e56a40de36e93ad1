using System.Collections.Immutable;

namespace Airgap.Transfer.Keeping;

/// <summary>
/// What a prune would remove from a repository, to be read by people before it is carried out. Its JSON schema is in the package
/// Airgap.Build. Who carries it out believes none of it but what to remove: everything is looked at again.
/// </summary>
internal sealed record PrunePlan
{
    /// <summary>The format this writes, and the only one it reads.</summary>
    public const int Version = 1;

    /// <summary>Rises when a field changes its meaning or goes.</summary>
    public int SchemaVersion { get; init; } = Version;

    /// <summary>The repository.</summary>
    public required string Repository { get; init; }

    /// <summary>When the repository was looked at, in UTC: <c>2026-11-28T22:54:19Z</c>.</summary>
    public required string Made { get; init; }

    /// <summary>How old a manifest has to be, in seconds.</summary>
    public required double GraceSeconds { get; init; }

    /// <summary>
    /// When the plan may be carried out; null for at once. Where a registry does not say how old its manifests are, the grace counts from
    /// the plan.
    /// </summary>
    public string? NotBefore { get; init; }

    /// <summary>One line on what would be removed.</summary>
    public required string Summary { get; init; }

    /// <summary>What stays, with all that it leads to.</summary>
    public required ImmutableArray<PruneRoot> Keep { get; init; }

    /// <summary>What is removed, in this order: what leads to others before them.</summary>
    public required ImmutableArray<PruneItem> Remove { get; init; }

    /// <summary>Tags that are removed, and whose manifests stay; null for none.</summary>
    public ImmutableArray<PruneTag>? StaleTags { get; init; }

    /// <summary>What nothing kept leads to, and stays all the same.</summary>
    public required ImmutableArray<PruneLeft> Left { get; init; }

    /// <summary>
    /// The tags that stay, and what they stand for: a tag that is none of these when the plan is carried out is new, and kept.
    /// </summary>
    public required ImmutableSortedDictionary<string, string> Tags { get; init; }

    /// <summary>The blobs that nothing leads to afterwards; the registry's own garbage collection frees them.</summary>
    public required PruneGarbage Garbage { get; init; }

    /// <summary>What people should know, a sentence each.</summary>
    public required ImmutableArray<string> Notes { get; init; }
}

/// <summary>Something that is kept.</summary>
/// <param name="Digest">The manifest.</param>
/// <param name="Tag">The user's tag; null for none.</param>
/// <param name="From">What keeps it.</param>
internal sealed record PruneRoot(string Digest, string? Tag, string From);

/// <summary>A manifest to remove, with its tags.</summary>
/// <param name="Digest">The manifest.</param>
/// <param name="Kind"><c>bundle</c>, <c>index</c>, <c>image</c>, <c>locations</c>, <c>artifact</c> (a signature, or another attachment) or
/// <c>manifest</c> (it cannot be read).</param>
/// <param name="Tags">All tags that stand for it; they go with it.</param>
/// <param name="Stored">When the registry stored it, in UTC; null where it does not say.</param>
internal sealed record PruneItem(string Digest, string Kind, ImmutableArray<string> Tags, string? Stored);

/// <summary>A tag to remove, whose manifest stays.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Digest">What it stands for.</param>
/// <param name="Because">Why it goes.</param>
internal sealed record PruneTag(string Tag, string Digest, string Because);

/// <summary>A manifest or tag that nothing kept leads to, and that stays.</summary>
/// <param name="Digest">The manifest.</param>
/// <param name="Tag">The tag; null for the manifest itself.</param>
/// <param name="Because">Why it stays.</param>
internal sealed record PruneLeft(string Digest, string? Tag, string Because);

/// <summary>Blobs that nothing leads to any more.</summary>
/// <param name="Count">How many.</param>
/// <param name="Bytes">Their length, as the manifests say it. Other repositories of the registry may use them, too.</param>
internal sealed record PruneGarbage(int Count, long Bytes);
