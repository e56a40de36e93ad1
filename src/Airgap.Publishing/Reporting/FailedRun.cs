using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Publishing.Reporting;

/// <summary>
/// A run that ended without a result. The requested reports describe it, because they would otherwise be missing, or be those of an earlier
/// run.
/// </summary>
/// <param name="Failures">Why it ended.</param>
/// <param name="Warnings">Its warnings.</param>
/// <param name="Phase">The step that it was in; null before the first.</param>
/// <param name="Progress">How far its transfer was; null if none had begun.</param>
internal sealed record FailedRun(
    ImmutableArray<Diagnostic> Failures, ImmutableArray<Diagnostic> Warnings, string? Phase, string? Progress)
{
    /// <summary>The run in one line: <c>Interrupted while transferring: 3 of 12 blobs, 12.3 MB of 45.0 MB (27%) done</c>.</summary>
    public string Summary =>
        $"{(Failures.Any(failure => failure.Code == ErrorCode.Canceled) ? "Interrupted" : "Failed")}" +
        $"{(Phase is null ? "" : $" while {Phase}")}{(Progress is null ? "" : $": {Progress} done")}";

    /// <summary>The report of a run without a result.</summary>
    /// <param name="title">What the run was to relocate.</param>
    /// <param name="from">Its sources.</param>
    /// <param name="to">Its destinations.</param>
    public ReportModel ToModel(string title, IEnumerable<string> from, IEnumerable<string> to)
    {
        ReportBuilder builder = new();
        builder.AddWarnings(Warnings);
        builder.AddFailures(Failures);
        return builder.Build(title, Summary) with
        {
            IsUnfinished = true,
            Places = ReportProvenance.Of([]) with { Ended = DateTimeOffset.UtcNow, From = [.. from], To = [.. to] },
        };
    }
}
