using Airgap.Oci;
using Airgap.Publishing.Signing;

namespace Airgap.Publishing.Auditing;

/// <summary>The log entry of a run.</summary>
/// <param name="Event">The command: <c>copy</c>, <c>publish</c>.</param>
/// <param name="Outcome"><c>complete</c>, <c>incomplete</c>, or the code of the failure.</param>
/// <param name="From">The sources.</param>
/// <param name="To">The destinations.</param>
/// <param name="Roots">The requested items, by digest; empty if nothing arrived.</param>
/// <param name="Version">The version.</param>
/// <param name="Who">Who ran it; null if unknown.</param>
internal sealed record AuditEntry(
    string Event, string Outcome, IReadOnlyList<string> From, IReadOnlyList<string> To, IReadOnlyList<string> Roots,
    string Version, RunIdentity? Who)
{
    /// <summary>The outcome of a run that was interrupted, and did not stop in time.</summary>
    public static string Interrupted { get; } = Diagnostic.FormatId(ErrorCode.Canceled);

    /// <summary>The outcome of a run that ended with an exception, including an interruption: content may have moved before it.</summary>
    public static string OutcomeOf(Exception failure) => Diagnostic.FormatId(failure switch
    {
        AirgapException expected => expected.Code,
        OperationCanceledException => ErrorCode.Canceled,
        _ => ErrorCode.Unexpected,
    });
}
