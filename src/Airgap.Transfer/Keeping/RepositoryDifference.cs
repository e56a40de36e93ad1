using System.Collections.Immutable;

namespace Airgap.Transfer.Keeping;

/// <summary>How a repository differs from what it should hold. Stands as it is in the JSON document of <c>diff</c>.</summary>
internal sealed record RepositoryDifference
{
    /// <summary>Rises when a field changes its meaning or goes.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The repository.</summary>
    public required string Repository { get; init; }

    /// <summary>The manifests and tags that it should have and has not.</summary>
    public required ImmutableArray<LackingContent> Lacks { get; init; }

    /// <summary>The tags with another digest.</summary>
    public required ImmutableArray<ChangedTag> Changed { get; init; }

    /// <summary>The tags that nothing asks for; null where that was not asked, or cannot be known.</summary>
    public ImmutableArray<ExtraTag>? Extra { get; init; }

    /// <summary>What could not be known, a sentence each.</summary>
    public required ImmutableArray<string> Unknown { get; init; }

    /// <summary>The number of manifests that are there and should be.</summary>
    public required int Present { get; init; }

    /// <summary>
    /// Images of indexes that it has not, and that the relocation left behind by choice: no difference. Null where there are none.
    /// </summary>
    public int? LeftOut { get; init; }

    /// <summary>True when no difference was found.</summary>
    internal bool IsSame => Lacks.IsEmpty && Changed.IsEmpty && Extra is null or { IsEmpty: true };
}

/// <summary>A manifest or tag that a repository lacks.</summary>
/// <param name="Kind"><c>bundle</c>, <c>index</c>, <c>image</c>, <c>manifest</c> where that is not known, or <c>tag</c>.</param>
/// <param name="Digest">The manifest, or what the tag should stand for; null for a tag whose digest is not known.</param>
/// <param name="Tag">The tag; null for a manifest.</param>
/// <param name="Because">What asks for it.</param>
internal sealed record LackingContent(string Kind, string? Digest, string? Tag, string Because);

/// <summary>A tag with another digest.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Expected">What it should stand for.</param>
/// <param name="Actual">What it stands for.</param>
/// <param name="Because">What asks for it.</param>
internal sealed record ChangedTag(string Tag, string Expected, string Actual, string Because);

/// <summary>A tag that nothing asks for.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Digest">What it stands for.</param>
/// <param name="Needed">True when the manifest itself is asked for, and only the tag is too much.</param>
internal sealed record ExtraTag(string Tag, string Digest, bool Needed);
