using System.Collections.Immutable;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Wire;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Signing;
using Airgap.Publishing.Trusting;
using Airgap.Transfer.Describing;
using Airgap.Transfer.Keeping;
using Airgap.Transfer.Transfers;

namespace Airgap.Tool.Output;

/// <summary>
/// The output of <c>--json</c>: one document, for success and for failure. Parts that do not apply to a command are
/// absent.
/// </summary>
internal sealed class Report
{
    /// <summary>The command.</summary>
    public required string Command { get; init; }

    /// <summary>True when the exit code is 0.</summary>
    public bool Succeeded { get; set; }

    /// <summary>The tool's version.</summary>
    public string? Version { get; set; }

    /// <summary>The source, as given.</summary>
    public string? Source { get; set; }

    /// <summary>The destination: a repository or an archive's path.</summary>
    public string? Destination { get; set; }

    /// <summary>The destination registries that were reached by plain http, without TLS; absent for none.</summary>
    public ImmutableArray<string>? PlainHttp { get; set; }

    /// <summary>The root's reference by digest at the destination.</summary>
    public string? Reference { get; set; }

    /// <summary>One line that summarises the result.</summary>
    public string? Summary { get; set; }

    /// <summary>
    /// After a failure or an interruption, the command that resumes where this run stopped; absent when nothing can be
    /// resumed.
    /// </summary>
    public string? Continuation { get; set; }

    /// <summary>Duration of the transfer in seconds, without planning.</summary>
    public double? ElapsedSeconds { get; set; }

    /// <summary>The number of retries after transient failures.</summary>
    public long? Retries { get; set; }

    /// <summary>The images, indexes and bundles.</summary>
    public List<ReportImage>? Items { get; set; }

    /// <summary>The part of a plan that was carried out, such as <c>3/8</c>; left out for a whole one.</summary>
    public string? Shard { get; set; }

    /// <summary>The mirrors that were read instead of the registries that references name.</summary>
    public List<SourceUse>? Sources { get; set; }

    /// <summary>Distinct blobs by outcome.</summary>
    public WorkTotals? Totals { get; set; }

    /// <summary>The blobs that a delta archive requires from its bases; absent for a full archive.</summary>
    public ReportDelta? Delta { get; set; }

    /// <summary>The content that an archive adds to another.</summary>
    public ReportDiff? Diff { get; set; }

    /// <summary>Files written.</summary>
    public List<ReportFile>? Files { get; set; }

    /// <summary>The tags of a repository or archive.</summary>
    public List<ReportTag>? Tags { get; set; }

    /// <summary>The content that a selection of packages or platforms excluded.</summary>
    public DerivedReport? Derived { get; set; }

    /// <summary>The packages of a package repository.</summary>
    public List<ReportPackage>? Packages { get; set; }

    /// <summary>The comparisons of <c>outdated</c>.</summary>
    public List<ReportVersion>? Versions { get; set; }

    /// <summary>The tree of a bundle.</summary>
    public DescriptionDocument? Description { get; set; }

    /// <summary>The images whose signatures were verified and accepted.</summary>
    public List<TrustedImage>? Signatures { get; set; }

    /// <summary>The images that this run signed at the destination.</summary>
    public List<SignedImage>? SignedImages { get; set; }

    /// <summary>The signer of the archive that was read.</summary>
    public TrustedSigner? ArchiveSignedBy { get; set; }

    /// <summary>The gate's output.</summary>
    public GateReport? Gate { get; set; }

    /// <summary>The digest of the line appended to the audit log.</summary>
    public string? AuditLine { get; set; }

    /// <summary>The plan of a dry run: the content of <c>plan.json</c>.</summary>
    public PlanDocument? Plan { get; set; }

    /// <summary>The differences between a repository and its expected content.</summary>
    public RepositoryDifference? Difference { get; set; }

    /// <summary>The content of a prune plan.</summary>
    public PrunePlan? PrunePlan { get; set; }

    /// <summary>The outcome for each manifest of a prune plan.</summary>
    public List<ReportPruned>? Pruned { get; set; }

    /// <summary>The PackageRepository manifest.</summary>
    public string? Manifest { get; set; }

    /// <summary>The objects of a cluster that were applied or examined.</summary>
    public List<ReportObject>? Objects { get; set; }

    /// <summary>The findings of <c>doctor</c>.</summary>
    public List<ReportFinding>? Findings { get; set; }

    /// <summary>The script of <c>completion</c>.</summary>
    public string? Script { get; set; }

    /// <summary>The warnings.</summary>
    public List<DiagnosticDocument> Warnings { get; } = [];

    /// <summary>The errors.</summary>
    public List<DiagnosticDocument> Errors { get; } = [];

    /// <summary>The document.</summary>
    public string ToJson() => Printable.Json(JsonSerializer.Serialize(this, ReportJson.Readable.Report));
}
