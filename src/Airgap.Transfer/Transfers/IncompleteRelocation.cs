using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>Reports what a relocation with failures lacks, and what it therefore did not write.</summary>
internal static class IncompleteRelocation
{
    /// <summary>
    /// Each failure, followed by the consequence for the whole (<see cref="ErrorCode.IncompleteRelocation"/>).
    /// </summary>
    /// <param name="result">A result that is not complete.</param>
    /// <param name="location">The location of the relocation's declaration; null for none.</param>
    public static ImmutableArray<Diagnostic> Describe(TransferResult result, SourceLocation? location)
    {
        string images = result.Failures.Length == 1 ? "1 image" : $"{result.Failures.Length} images";
        string left = result.Destination switch
        {
            RelocationDestination.Archive { Format: ArchiveFormat.LayoutFolder, Path: var folder } =>
                $"the index.json of '{folder}' does not list it",
            RelocationDestination.Archive { Path: var path } => $"the archive has holes and stays '{path}.partial'",
            _ => $"{result.Destination} got no tag and no lock of it",
        };
        return
        [
            .. result.Failures.Select(failure => failure.Problem with { Location = failure.Problem.Location ?? location }),
            new Diagnostic(
                ErrorCode.IncompleteRelocation,
                $"{result.Plan.Source} is incomplete: {images} failed and {result.Items.Length} arrived, so {left}.",
                "Fix the failures and run the same command again; content that arrived is not moved again.")
            { Reference = result.Plan.Source.ToString(), Location = location },
        ];
    }
}
