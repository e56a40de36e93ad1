using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Airgap.Publishing.Trusting;

namespace Airgap.Publishing.Artifacts;

/// <summary>The first properties of an item in a plan and in a report.</summary>
internal abstract record ItemDocument
{
    /// <summary><c>bundle</c>, <c>image</c>, <c>lock</c> or <c>archive</c>.</summary>
    [JsonPropertyOrder(-1)]
    public required string Kind { get; init; }

    /// <summary>The item's Include, or what the tool was given.</summary>
    [JsonPropertyOrder(-1)]
    public required string Include { get; init; }

    /// <summary>What is read: the reference, the lock file or the archive.</summary>
    [JsonPropertyOrder(-1)]
    public required string Source { get; init; }

    /// <summary>
    /// The place at the destination, at present or once the archive is imported: by digest, or the repository for several images. Null
    /// where no registry is known.
    /// </summary>
    [JsonPropertyOrder(-1)]
    public string? Destination { get; init; }

    /// <summary>The archive that is written; null for none.</summary>
    [JsonPropertyOrder(-1)]
    public string? Archive { get; init; }

    /// <summary>The digest of the bundle or image; null for several images.</summary>
    [JsonPropertyOrder(-1)]
    public string? Digest { get; init; }

    /// <summary>The tag at the destination; null for none.</summary>
    [JsonPropertyOrder(-1)]
    public string? Tag { get; init; }

    /// <summary>The images whose signatures were judged and accepted; null where nobody has to have signed.</summary>
    [JsonPropertyOrder(-1)]
    public ImmutableArray<TrustedImage>? Signatures { get; init; }

    /// <summary>What is left out, where packages or platforms are chosen; left out for a bundle as it is.</summary>
    public DerivedReport? Derived { get; init; }
}
