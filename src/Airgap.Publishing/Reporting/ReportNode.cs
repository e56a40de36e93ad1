using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Bundles;

namespace Airgap.Publishing.Reporting;

/// <summary>A bundle, image, index or part of one in the tree of a report.</summary>
internal sealed record ReportNode
{
    /// <summary>What it is.</summary>
    public required ReportNodeKind Kind { get; init; }

    /// <summary>Its name for people: repository's last segment, platform, or file.</summary>
    public required string Name { get; init; }

    /// <summary>Its digest; null for a lock or archive.</summary>
    public Digest? Digest { get; init; }

    /// <summary>The reference that the bundle above, or the user, gave for it.</summary>
    public string? Origin { get; init; }

    /// <summary>Where it was read, by digest.</summary>
    public string? Source { get; init; }

    /// <summary>Where it is or will be, by digest; null where no registry is known.</summary>
    public string? Destination { get; init; }

    /// <summary>The media type of its manifest.</summary>
    public string? MediaType { get; init; }

    /// <summary>Length of manifests, configs and layers, each once, in bytes.</summary>
    public long Size { get; init; }

    /// <summary>What was done; null in a description, and for what failed.</summary>
    public BlobOutcome? Outcome { get; init; }

    /// <summary>Its tags at the destination.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>What the bundle above notes about it.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = LockedImage.NoAnnotations;

    /// <summary>
    /// By which keys or identities it is signed, and when, as it was judged in this run; empty where nobody had to have signed, or a policy
    /// asks for nobody.
    /// </summary>
    public ImmutableArray<string> SignedBy { get; init; } = [];

    /// <summary>Why it is not there; null where it is.</summary>
    public string? Failure { get; init; }

    /// <summary>True for a bundle whose content stands at an earlier place of the tree.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>
    /// Config and layers, as places in <see cref="ReportModel.Blobs"/>, those that were left out included; empty for an index.
    /// </summary>
    public ImmutableArray<int> Blobs { get; init; } = [];

    /// <summary>What it pins, its platforms, and what is attached to it.</summary>
    public ImmutableArray<ReportNode> Children { get; init; } = [];

    /// <summary>This node and all below it, parents before children.</summary>
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
