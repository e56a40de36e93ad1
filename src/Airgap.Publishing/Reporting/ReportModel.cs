using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Timelines;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Reporting;

/// <summary>
/// The model of a human-readable report: the tree of what was relocated or described, its blobs, and the outcomes.
/// </summary>
/// <remarks>
/// Richer than <c>relocation.json</c>, which gives programs the reference of each image: this also records which layer
/// belongs to which image.
/// </remarks>
internal sealed record ReportModel
{
    /// <summary>The subject: a bundle, an image, or a project.</summary>
    public required string Title { get; init; }

    /// <summary>The result in one line.</summary>
    public required string Summary { get; init; }

    /// <summary>True for a relocation, false for a description.</summary>
    public required bool IsRelocation { get; init; }

    /// <summary>The requested items, with everything they pin.</summary>
    public required ImmutableArray<ReportNode> Roots { get; init; }

    /// <summary>The distinct blobs; nodes refer to them by their index.</summary>
    public required ImmutableArray<ReportBlob> Blobs { get; init; }

    /// <summary>The totals of the relocation; all zero for a description.</summary>
    public required ReportWork Work { get; init; }

    /// <summary>The warnings, in order.</summary>
    public ImmutableArray<Diagnostic> Warnings { get; init; } = [];

    /// <summary>The failures, in order.</summary>
    public ImmutableArray<Diagnostic> Failures { get; init; } = [];

    /// <summary>The duration of the transfers; null for a description.</summary>
    public TimeSpan? Elapsed { get; init; }

    /// <summary>The number of retries after transient failures; null if they were not counted.</summary>
    public long? Retries { get; init; }

    /// <summary>The content that selections of packages or platforms omit, in order.</summary>
    internal ImmutableArray<DerivedReport> Derived { get; init; } = [];

    /// <summary>True for a run that ended without a result: how much of it arrived is not known, so no figures are shown.</summary>
    internal bool IsUnfinished { get; init; }

    /// <summary>The time, version, sources and destinations; null for a description.</summary>
    internal ReportProvenance? Places { get; init; }

    /// <summary>The timeline; null if the run was not recorded.</summary>
    internal TimelineModel? Timeline { get; init; }

    /// <summary>
    /// The state of a relocation without failures. This run hashed only the blobs that it sent. For mounted and present blobs it relies on
    /// the registry's answer; it did not read their bytes.
    /// </summary>
    internal string CompleteState => Work.Mounted.Count == 0 && Work.Present.Count == 0 ? "Complete and verified" : "Complete";

    /// <summary>All nodes, parents before children.</summary>
    public IEnumerable<ReportNode> AllNodes() => Roots.SelectMany(root => root.SelfAndDescendants());
}

/// <summary>Numbers and sizes of blobs by outcome, for all items of a run.</summary>
/// <param name="Copied">Sent.</param>
/// <param name="Mounted">Mounted from another repository of the destination.</param>
/// <param name="Present">Found at the destination.</param>
/// <param name="LeftOut">Non-distributable layers.</param>
internal sealed record ReportWork(BlobCount Copied, BlobCount Mounted, BlobCount Present, BlobCount LeftOut);

/// <summary>A blob of a report.</summary>
/// <param name="Descriptor">Digest, size and media type.</param>
/// <param name="Outcome">Its outcome; null in a description, and for a blob that was left out or failed.</param>
/// <param name="IsLeftOut">True for a layer that is left out because it is non-distributable.</param>
/// <param name="Uses">The number of images that have it; an image with several destinations counts for each.</param>
/// <param name="Places">The number of its destinations.</param>
internal sealed record ReportBlob(Descriptor Descriptor, BlobOutcome? Outcome, bool IsLeftOut, int Uses, int Places = 1)
{
    /// <summary>The bytes saved by sharing it: each destination needs it once.</summary>
    internal long SavedBytes => Descriptor.Size * Math.Max(0, Uses - Places);
}
