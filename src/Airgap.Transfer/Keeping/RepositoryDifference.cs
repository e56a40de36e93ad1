using System.Collections.Immutable;

namespace Airgap.Transfer.Keeping;

/// <summary>
/// The differences between a repository and its expected content, as in the JSON document of <c>diff</c>.
/// </summary>
internal sealed record RepositoryDifference
{
    /// <summary>Increases when a field changes its meaning or is removed.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The repository.</summary>
    public required string Repository { get; init; }

    /// <summary>The expected manifests and tags that it lacks.</summary>
    public required ImmutableArray<MissingEntry> Lacks { get; init; }

    /// <summary>The tags with another digest.</summary>
    public required ImmutableArray<ChangedTag> Changed { get; init; }

    /// <summary>The tags that no source requires; null if not requested, or if unknown.</summary>
    public ImmutableArray<ExtraTag>? Extra { get; init; }

    /// <summary>The unknown parts, one sentence each.</summary>
    public required ImmutableArray<string> Unknown { get; init; }

    /// <summary>The number of expected manifests that are there.</summary>
    public required int Present { get; init; }

    /// <summary>
    /// Images of indexes that it lacks, and that the relocation omitted by choice: not a difference. Null if there are none.
    /// </summary>
    public int? LeftOut { get; init; }

    /// <summary>True when no difference was found.</summary>
    internal bool IsSame => Lacks.IsEmpty && Changed.IsEmpty && Extra is null or { IsEmpty: true };
}

/// <summary>A manifest or tag that a repository lacks.</summary>
/// <param name="Kind"><c>bundle</c>, <c>index</c>, <c>image</c>, <c>manifest</c> if unknown, or <c>tag</c>.</param>
/// <param name="Digest">The manifest, or the tag's expected digest; null for a tag with an unknown digest.</param>
/// <param name="Tag">The tag; null for a manifest.</param>
/// <param name="Because">The source that requires it.</param>
internal sealed record MissingEntry(string Kind, string? Digest, string? Tag, string Because);

/// <summary>A tag with another digest.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Expected">Its expected digest.</param>
/// <param name="Actual">Its digest.</param>
/// <param name="Because">The source that requires it.</param>
internal sealed record ChangedTag(string Tag, string Expected, string Actual, string Because);

/// <summary>A tag that no source requires.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Needed">True when the manifest itself is required, and only the tag is superfluous.</param>
internal sealed record ExtraTag(string Tag, string Digest, bool Needed);
