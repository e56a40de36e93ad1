using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Bundles;

namespace Airgap.Publishing.Reporting;

/// <summary>A bundle, image, index or part of one in the tree of a report.</summary>
internal sealed record ReportNode
{
    /// <summary>Its kind.</summary>
    public required ReportNodeKind Kind { get; init; }

    /// <summary>Its name for people: repository's last segment, platform, or file.</summary>
    public required string Name { get; init; }

    /// <summary>Its digest; null for a lock or archive.</summary>
    public Digest? Digest { get; init; }

    /// <summary>The reference given by the parent bundle or the user.</summary>
    public string? Origin { get; init; }

    /// <summary>Its source, by digest.</summary>
    public string? Source { get; init; }

    /// <summary>Its present or future reference, by digest; null if no registry is known.</summary>
    public string? Destination { get; init; }

    /// <summary>The mirrors that were read in place of its source; empty for none.</summary>
    public ImmutableArray<string> Mirrors { get; init; } = [];

    /// <summary>The media type of its manifest.</summary>
    public string? MediaType { get; init; }

    /// <summary>Size of manifests, configs and layers, each counted once, in bytes.</summary>
    public long Size { get; init; }

    /// <summary>Its outcome; null in a description, and after a failure.</summary>
    public BlobOutcome? Outcome { get; init; }

    /// <summary>Its tags at the destination.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>The annotations of the parent bundle.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = LockedImage.NoAnnotations;

    /// <summary>
    /// The keys or identities that signed it, and when, as verified in this run; empty if no signature was required.
    /// </summary>
    public ImmutableArray<string> SignedBy { get; init; } = [];

    /// <summary>Why it is missing; null if it is not.</summary>
    public string? Failure { get; init; }

    /// <summary>True for a bundle whose content is shown earlier in the tree.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>
    /// Config and layers, as indexes into <see cref="ReportModel.Blobs"/>, including those left out; empty for an
    /// index.
    /// </summary>
    public ImmutableArray<int> Blobs { get; init; } = [];

    /// <summary>The images it pins, its platforms, and its attached artifacts.</summary>
    public ImmutableArray<ReportNode> Children { get; init; } = [];

    /// <summary>This node and all its descendants, parents before children.</summary>
    public IEnumerable<ReportNode> SelfAndDescendants() => Children.SelectMany(child => child.SelfAndDescendants()).Prepend(this);
}

/// <summary>The kinds of nodes.</summary>
internal enum ReportNodeKind
{
    /// <summary>Several images without a bundle: a lock, or an archive that names no root.</summary>
    Group,

    /// <summary>A bundle.</summary>
    Bundle,

    /// <summary>An image.</summary>
    Image,

    /// <summary>An index or manifest list.</summary>
    Index,

    /// <summary>One image of an index.</summary>
    Platform,

    /// <summary>A signature or another artifact that is attached to an image.</summary>
    Attached,
}
