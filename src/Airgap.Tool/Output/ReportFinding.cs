using Airgap.Cluster.Diagnosing;

namespace Airgap.Tool.Output;

/// <summary>
/// A finding of <c>doctor</c> about an object. Its code and message are repeated among the errors or warnings.
/// </summary>
/// <param name="Object">The object: kind and full name.</param>
/// <param name="Severity"><c>error</c> or <c>warning</c>.</param>
/// <param name="Code">The code.</param>
/// <param name="Cause">The known cause; absent if unknown.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Advice">The cure.</param>
/// <param name="Evidence">The observation that shows it.</param>
internal sealed record ReportFinding(
    string Object, string Severity, string Code, string? Cause, string Message, string Advice, IReadOnlyList<string> Evidence)
{
    /// <summary>A finding as the report has it.</summary>
    public static ReportFinding Of(Finding finding) => new(
        finding.About, finding.IsWarning ? "warning" : "error", finding.Diagnostic.Id, finding.Cause?.ToString(),
        finding.Diagnostic.Message, finding.Diagnostic.Advice, finding.Evidence);
}
