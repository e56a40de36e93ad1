using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Airgap.Transfer.Keeping;

/// <summary>
/// The plan of a prune: what it would remove from a repository, for review before it is carried out. Its JSON schema is
/// in the package Airgap.Build. Executing it trusts only the list of content to remove, and checks everything else again.
/// </summary>
internal sealed record PrunePlan
{
    /// <summary>The format version that this release writes; it reads no other.</summary>
    public const int Version = 1;

    /// <summary>The address of the document's JSON schema; null if unknown.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    /// <summary>Increases when a field changes its meaning or is removed.</summary>
    public int SchemaVersion { get; init; } = Version;

    /// <summary>The repository.</summary>
    public required string Repository { get; init; }

    /// <summary>The time when the repository was examined, in UTC: <c>2026-11-28T22:54:19Z</c>.</summary>
    public required string Made { get; init; }

    /// <summary>The minimum age of a manifest, in seconds.</summary>
    public required double GraceSeconds { get; init; }

    /// <summary>
    /// The earliest time to carry out the plan; null for immediately. If a registry does not report the age of its
    /// manifests, the grace period starts with the plan.
    /// </summary>
    public string? NotBefore { get; init; }

    /// <summary>A summary of what would be removed, in one line.</summary>
    public required string Summary { get; init; }

    /// <summary>The kept content, with everything it references.</summary>
    public required ImmutableArray<PruneRoot> Keep { get; init; }

    /// <summary>The content to remove, in this order: a manifest before its references.</summary>
    public required ImmutableArray<PruneItem> Remove { get; init; }

    /// <summary>Tags that are removed although their manifests are kept; null for none.</summary>
    public ImmutableArray<PruneTag>? StaleTags { get; init; }

    /// <summary>Unreferenced content that is nevertheless left.</summary>
    public required ImmutableArray<PruneRetained> Left { get; init; }

    /// <summary>
    /// The kept tags and their digests: any other tag at the time of carrying out the plan is new, and is kept.
    /// </summary>
    public required ImmutableSortedDictionary<string, string> Tags { get; init; }

    /// <summary>The blobs without references afterwards, which the registry's own garbage collection frees.</summary>
    public required PruneGarbage Garbage { get; init; }

    /// <summary>Notes for users, one sentence each.</summary>
    public required ImmutableArray<string> Notes { get; init; }
}

/// <summary>A kept manifest.</summary>
/// <param name="Digest">The manifest.</param>
/// <param name="Tag">The user's tag; null for none.</param>
/// <param name="From">The source that keeps it.</param>
internal sealed record PruneRoot(string Digest, string? Tag, string From);

/// <summary>A manifest to remove, with its tags.</summary>
/// <param name="Digest">The manifest.</param>
/// <param name="Kind"><c>bundle</c>, <c>index</c>, <c>image</c>, <c>locations</c>, <c>artifact</c> (a signature, or another attachment) or
/// <c>manifest</c> (it cannot be read).</param>
/// <param name="Tags">All its tags, which are removed with it.</param>
/// <param name="Stored">The time when the registry stored it, in UTC; null if unknown.</param>
internal sealed record PruneItem(string Digest, string Kind, ImmutableArray<string> Tags, string? Stored);

/// <summary>A tag to remove, whose manifest is kept.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Because">Why it is removed.</param>
internal sealed record PruneTag(string Tag, string Digest, string Because);

/// <summary>An unreferenced manifest or tag that is left.</summary>
/// <param name="Digest">The manifest.</param>
/// <param name="Tag">The tag; null for the manifest itself.</param>
/// <param name="Because">Why it is left.</param>
internal sealed record PruneRetained(string Digest, string? Tag, string Because);

/// <summary>Blobs without references.</summary>
/// <param name="Count">Their number.</param>
/// <param name="Bytes">Their size according to the manifests. Other repositories of the registry may also use
/// them.</param>
internal sealed record PruneGarbage(int Count, long Bytes);
