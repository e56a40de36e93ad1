using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Reporting.Html;
using Airgap.Publishing.Trusting;
using Airgap.Transfer.Files;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Reporting;

/// <summary>
/// Makes and writes <c>relocation.html</c>, the human-readable report next to <c>relocation.json</c>.
/// </summary>
internal static class RelocationPage
{
    /// <summary>The page's file name.</summary>
    public const string FileName = "relocation.html";

    /// <summary>Makes the model for the page and the summary.</summary>
    /// <param name="project">The project's name, which is the title if it has several items.</param>
    /// <param name="results">The relocations, including incomplete ones.</param>
    /// <param name="derived">What was left out of bundles; null for an underived bundle.</param>
    /// <param name="warnings">The warnings.</param>
    /// <param name="failures">The failures.</param>
    /// <param name="summary">The result line.</param>
    /// <param name="retries">The number of retries; null if they were not counted.</param>
    /// <param name="signatures">The images whose signatures were verified; null for none.</param>
    public static ReportModel Create(
        string project, IReadOnlyList<TransferResult> results, IEnumerable<DerivedReport?> derived,
        ImmutableArray<Diagnostic> warnings, IReadOnlyList<Diagnostic> failures, string summary, long? retries,
        IEnumerable<TrustedImage>? signatures = null)
    {
        ReportBuilder builder = new();
        foreach (TransferResult result in results)
            builder.Add(result);
        foreach (DerivedReport? left in derived)
            builder.Add(left);
        builder.AddSignatures(signatures ?? []);
        builder.AddWarnings(warnings);
        builder.AddFailures(failures);
        return builder.Build(results.Count == 1 ? null : project, summary, retries);
    }

    /// <summary>
    /// True if the page in a folder is of the run that ended then: a run that is killed after writing its <c>relocation.json</c> leaves the
    /// page of a run before it.
    /// </summary>
    public static bool IsOf(string folder, string? ended)
    {
        try
        {
            return ended is not null
                && File.ReadAllText(Path.Combine(folder, FileName)).Contains(HtmlReport.EndOf(ended), StringComparison.Ordinal);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            return false;
        }
    }

    /// <summary>
    /// Writes the page. If nothing has moved or changed since, the page of the earlier run is kept, like its
    /// <c>relocation.json</c>.
    /// </summary>
    /// <exception cref="AirgapException">3xxx: the file.</exception>
    public static async Task<PublishedFile> WriteAsync(string folder, ReportModel model, bool isKept, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, FileName);
        if (isKept)
            return new PublishedFile(path, PublishedFileKind.Page);
        await ArtifactFile.WriteAsync(path, HtmlReport.Write(model), cancellationToken);
        return new PublishedFile(path, PublishedFileKind.Page) { Written = PublishedFileList.DigestOf(path) };
    }
}
