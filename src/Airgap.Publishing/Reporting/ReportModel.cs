using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Publishing.Artifacts;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Reporting;

/// <summary>What a report for people shows: the tree of what was relocated or described, its blobs, and what was done.</summary>
/// <remarks>Richer than <c>relocation.json</c>, which gives programs the place of each image: this also knows which layer belongs to which
/// image.</remarks>
internal sealed record ReportModel
{
    /// <summary>What it is about: a bundle, an image, or a project.</summary>
    public required string Title { get; init; }

    /// <summary>The result in one line.</summary>
    public required string Summary { get; init; }

    /// <summary>True for a relocation, false for a description of what is there.</summary>
    public required bool IsRelocation { get; init; }

    /// <summary>What was asked for, with all it pins.</summary>
    public required ImmutableArray<ReportNode> Roots { get; init; }

    /// <summary>The distinct blobs; nodes refer to them by their place here.</summary>
    public required ImmutableArray<ReportBlob> Blobs { get; init; }

    /// <summary>What the relocation did; nothing anywhere for a description.</summary>
    public required ReportWork Work { get; init; }

    /// <summary>What the user should know, in order.</summary>
    public ImmutableArray<Diagnostic> Warnings { get; init; } = [];

    /// <summary>What went wrong, in order.</summary>
    public ImmutableArray<Diagnostic> Failures { get; init; } = [];

    /// <summary>How long the transfers took; null for a description.</summary>
    public TimeSpan? Elapsed { get; init; }

    /// <summary>The number of retries after transient failures; null where they were not counted.</summary>
    public long? Retries { get; init; }

    /// <summary>What was left out of bundles of which packages or platforms were chosen, in order.</summary>
    internal ImmutableArray<DerivedReport> Derived { get; init; } = [];

    /// <summary>When, by which version, and between which places; null for a description.</summary>
    internal ReportPlaces? Places { get; init; }

    /// <summary>All nodes, parents before children.</summary>
    public IEnumerable<ReportNode> AllNodes() => Roots.SelectMany(root => root.SelfAndDescendants());
}

/// <summary>Numbers and bytes of blobs by what was done with them, over all items of a run.</summary>
/// <param name="Copied">Sent.</param>
/// <param name="Mounted">Taken over from another repository of the destination.</param>
/// <param name="Present">Found at the destination.</param>
/// <param name="LeftOut">Layers that may not be redistributed.</param>
internal sealed record ReportWork(BlobCount Copied, BlobCount Mounted, BlobCount Present, BlobCount LeftOut);

/// <summary>A blob of a report.</summary>
/// <param name="Descriptor">Digest, size and media type.</param>
/// <param name="Outcome">What was done with it; null in a description, and for one that was left out or failed.</param>
/// <param name="IsLeftOut">True for a layer that stays behind because it may not be redistributed.</param>
/// <param name="Uses">How many images have it; one that went to several places counts for each.</param>
/// <param name="Places">How many places it went to.</param>
internal sealed record ReportBlob(Descriptor Descriptor, BlobOutcome? Outcome, bool IsLeftOut, int Uses, int Places = 1)
{
    /// <summary>What sharing it saved, in bytes: each place needs it once.</summary>
    internal long SavedBytes => Descriptor.Size * Math.Max(0, Uses - Places);
}
