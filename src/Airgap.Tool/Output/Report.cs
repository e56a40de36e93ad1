using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Signing;
using Airgap.Publishing.Trusting;
using Airgap.Transfer.Describing;
using Airgap.Transfer.Keeping;
using Airgap.Transfer.Transfers;

namespace Airgap.Tool.Output;

/// <summary>What <c>--json</c> writes: one document, for success and for failure. Parts that a command has not are left out.</summary>
internal sealed class Report
{
    /// <summary>The command.</summary>
    public required string Command { get; init; }

    /// <summary>True when the exit code is 0.</summary>
    public bool Succeeded { get; set; }

    /// <summary>The tool's version.</summary>
    public string? Version { get; set; }

    /// <summary>What was relocated, as given.</summary>
    public string? Source { get; set; }

    /// <summary>Where it went: a repository or an archive's path.</summary>
    public string? Destination { get; set; }

    /// <summary>The root's place by digest at the destination.</summary>
    public string? Reference { get; set; }

    /// <summary>One line on what was done.</summary>
    public string? Summary { get; set; }

    /// <summary>
    /// After a failure or an interruption, the command that resumes where this run stopped; left out where nothing can be resumed.
    /// </summary>
    public string? Continuation { get; set; }

    /// <summary>Seconds the transfer took, planning left out.</summary>
    public double? ElapsedSeconds { get; set; }

    /// <summary>How often something was tried again after a passing failure.</summary>
    public long? Retries { get; set; }

    /// <summary>The images, indexes and bundles.</summary>
    public List<ReportImage>? Items { get; set; }

    /// <summary>Distinct blobs by outcome.</summary>
    public WorkTotals? Totals { get; set; }

    /// <summary>What an archive that was written or read leaves to others; left out for a full one.</summary>
    public ReportDelta? Delta { get; set; }

    /// <summary>What an archive adds to another.</summary>
    public ReportDiff? Diff { get; set; }

    /// <summary>Files written.</summary>
    public List<ReportFile>? Files { get; set; }

    /// <summary>The tags of a repository or archive.</summary>
    public List<ReportTag>? Tags { get; set; }

    /// <summary>What was left out of the bundle, where packages or platforms were chosen.</summary>
    public DerivedReport? Derived { get; set; }

    /// <summary>The packages of a package repository.</summary>
    public List<ReportPackage>? Packages { get; set; }

    /// <summary>What <c>outdated</c> compared.</summary>
    public List<ReportVersion>? Versions { get; set; }

    /// <summary>The tree of a bundle.</summary>
    public DescriptionDocument? Description { get; set; }

    /// <summary>The images whose signatures were judged and accepted.</summary>
    public List<TrustedImage>? Signatures { get; set; }

    /// <summary>The images that the key has signed at the destination.</summary>
    public List<SignedImage>? SignedImages { get; set; }

    /// <summary>Who signed the archive that was read.</summary>
    public TrustedSigner? ArchiveSignedBy { get; set; }

    /// <summary>What the gate said.</summary>
    public GateReport? Gate { get; set; }

    /// <summary>The digest of the line that was appended to the log.</summary>
    public string? AuditLine { get; set; }

    /// <summary>What a dry run found that would be done: the content of <c>plan.json</c>.</summary>
    public PlanDocument? Plan { get; set; }

    /// <summary>How a repository differs from what it should hold.</summary>
    public RepositoryDifference? Difference { get; set; }

    /// <summary>What a prune would remove: the content of its plan.</summary>
    public PrunePlan? PrunePlan { get; set; }

    /// <summary>What became of each manifest of a prune plan.</summary>
    public List<ReportPruned>? Pruned { get; set; }

    /// <summary>The PackageRepository manifest.</summary>
    public string? Manifest { get; set; }

    /// <summary>The objects of a cluster that were applied or looked at.</summary>
    public List<ReportObject>? Objects { get; set; }

    /// <summary>What <c>doctor</c> found.</summary>
    public List<ReportFinding>? Findings { get; set; }

    /// <summary>The script of <c>completion</c>.</summary>
    public string? Script { get; set; }

    /// <summary>What the user should know.</summary>
    public List<ReportDiagnostic> Warnings { get; } = [];

    /// <summary>What went wrong.</summary>
    public List<ReportDiagnostic> Errors { get; } = [];

    /// <summary>The document.</summary>
    public string ToJson() => Printable.Json(JsonSerializer.Serialize(this, ReportJson.Readable.Report));
}

/// <summary>A tag.</summary>
/// <param name="Name">The tag.</param>
/// <param name="Digest">What it stands for; left out where that was not asked for.</param>
internal sealed record ReportTag(string Name, string? Digest);

/// <summary>What became of a manifest of a prune plan.</summary>
/// <param name="Digest">The manifest.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Tags">The tags that the plan has for it.</param>
/// <param name="Outcome"><c>removed</c>, <c>gone</c> (before), or left because it is <c>needed</c> or was <c>renewed</c>.</param>
internal sealed record ReportPruned(string Digest, string Kind, IReadOnlyList<string> Tags, string Outcome);

/// <summary>A version of a package.</summary>
/// <param name="Name">The package.</param>
/// <param name="Version">The version.</param>
/// <param name="ReleasedAt">When it was released, as the package says; left out where it does not.</param>
/// <param name="Images">The images and bundles that it needs.</param>
/// <param name="Bytes">Length of all that it needs, each part once.</param>
/// <param name="SharedBytes">Length of what of it other versions or packages of the bundle need, too.</param>
internal sealed record ReportPackage(string Name, string Version, string? ReleasedAt, int Images, long Bytes, long SharedBytes)
{
    /// <summary>A version as the report has it.</summary>
    public static ReportPackage Of(ListedPackage package) =>
        new(package.Name, package.Version, package.ReleasedAt, package.Images, package.Size, package.Shared);
}

/// <summary>A file that was written.</summary>
internal sealed record ReportFile(string Path, string Kind);

/// <summary>A warning or failure.</summary>
internal sealed record ReportDiagnostic(string Code, string Message, string Advice)
{
    /// <summary>The step it happened in.</summary>
    public string? Phase { get; init; }

    /// <summary>The image or repository it is about.</summary>
    public string? Reference { get; init; }

    /// <summary>The digest it is about.</summary>
    public string? Digest { get; init; }

    /// <summary>The file it is about.</summary>
    public string? File { get; init; }

    /// <summary>The line, from 1.</summary>
    public int? Line { get; init; }

    /// <summary>The column, from 1.</summary>
    public int? Column { get; init; }

    /// <summary>A diagnostic as the report has it.</summary>
    public static ReportDiagnostic Of(Diagnostic diagnostic) => new(diagnostic.Id, diagnostic.Message, diagnostic.Advice)
    {
        Reference = diagnostic.Reference,
        Digest = diagnostic.Digest,
        File = diagnostic.Location?.File,
        Line = diagnostic.Location is { Line: > 0 and int line } ? line : null,
        Column = diagnostic.Location is { Column: > 0 and int column } ? column : null,
    };
}

/// <summary>Serialisation without reflection.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Report))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>
    /// With characters as they are where JSON allows them: the document goes to scripts and people, never into a web page.
    /// </summary>
    public static ReportJson Readable =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
