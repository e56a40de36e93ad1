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

    /// <summary>The item's Include, or the tool's argument.</summary>
    [JsonPropertyOrder(-1)]
    public required string Include { get; init; }

    /// <summary>The source: the reference, the lock file or the archive.</summary>
    [JsonPropertyOrder(-1)]
    public required string Source { get; init; }

    /// <summary>
    /// The reference at the destination, now or after the archive is imported: by digest, or the repository for several
    /// images. Null if no registry is known.
    /// </summary>
    [JsonPropertyOrder(-1)]
    public string? Destination { get; init; }

    /// <summary>The written archive; null for none.</summary>
    [JsonPropertyOrder(-1)]
    public string? Archive { get; init; }

    /// <summary>The digest of the bundle or image; null for several images.</summary>
    [JsonPropertyOrder(-1)]
    public string? Digest { get; init; }

    /// <summary>The tag at the destination; null for none.</summary>
    [JsonPropertyOrder(-1)]
    public string? Tag { get; init; }

    /// <summary>The images whose signatures were verified and accepted; null if no signature is required.</summary>
    [JsonPropertyOrder(-1)]
    public ImmutableArray<TrustedImage>? Signatures { get; init; }

    /// <summary>The content that a selection of packages or platforms omits; absent without a selection.</summary>
    public DerivedReport? Derived { get; init; }
}
