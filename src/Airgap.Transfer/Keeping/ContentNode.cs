using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Keeping;

/// <summary>A manifest of a repository, and its references.</summary>
/// <param name="Descriptor">The manifest.</param>
internal sealed record ContentNode(Descriptor Descriptor)
{
    /// <summary><c>bundle</c>, <c>index</c> or <c>image</c>.</summary>
    public string Kind { get; init; } = "image";

    /// <summary>True for a bundle.</summary>
    public bool IsBundle => Kind == "bundle";

    /// <summary>Config and layers.</summary>
    public ImmutableArray<Descriptor> Blobs { get; init; } = [];

    /// <summary>The manifests that it references, each once.</summary>
    public ImmutableArray<ContentLink> Links { get; init; } = [];

    /// <summary>For a bundle: the manifests of each index it pins that its relocation to this repository omitted.</summary>
    public IReadOnlyDictionary<Digest, ImmutableHashSet<Digest>> LeftOut { get; init; } = PlanOptions.NothingLeft;

    /// <summary>Why it cannot be read, so that it may have further references; null when it can.</summary>
    public string? Problem { get; init; }
}

/// <summary>A reference from one manifest to another.</summary>
/// <param name="Target">The other manifest.</param>
/// <param name="Kind">The kind of reference.</param>
internal sealed record ContentLink(Digest Target, LinkKind Kind)
{
    /// <summary>The repository that a bundle's lock names for an image; null for any other link.</summary>
    public RepositoryName? Recorded { get; init; }

    /// <summary>True when the other manifest cannot have references to further manifests, even if it is missing and unknown.</summary>
    public bool IsLeaf { get; init; }
}

/// <summary>The kinds of references between manifests.</summary>
internal enum LinkKind
{
    /// <summary>An index lists it.</summary>
    Child,

    /// <summary>A bundle's lock pins it.</summary>
    Pinned,

    /// <summary>It is the locations image of a bundle.</summary>
    Locations,

    /// <summary>It has one of cosign's tags.</summary>
    Artifact,

    /// <summary>It is attached, by its subject or by the clients' referrers list.</summary>
    Referrer,

    /// <summary>The other is attached to it.</summary>
    Subject,
}
