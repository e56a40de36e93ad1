using Airgap.Oci;
using Airgap.Trust.Signers;

namespace Airgap.Trust.Verifying;

/// <summary>The verdict about an image or a file.</summary>
/// <param name="By">The signers; empty when it is refused, or when no signature is required.</param>
/// <param name="Refusal">Why it is refused; null when it is accepted.</param>
internal sealed record Verdict(IReadOnlyList<SignedBy> By, Diagnostic? Refusal)
{
    private const int MaxReasons = 5;

    /// <summary>True when it is accepted.</summary>
    public bool IsAccepted => Refusal is null;

    /// <summary>Accepted because of signatures.</summary>
    public static Verdict Accepted(params IReadOnlyList<SignedBy> by) => new(by, null);

    /// <summary>Refused.</summary>
    /// <param name="code">The kind of refusal.</param>
    /// <param name="subject">What is refused, as the beginning of a sentence.</param>
    /// <param name="notes">What was wrong with each signature.</param>
    public static Verdict Refused(ErrorCode code, string subject, IReadOnlyCollection<string> notes)
    {
        string[] distinct = [.. notes.Distinct(StringComparer.Ordinal)];
        string details = string.Join(" ", distinct.Take(MaxReasons))
            + (distinct.Length > MaxReasons ? $" And {distinct.Length - MaxReasons} more." : "");
        string message = code == ErrorCode.SignatureMissing ? $"{subject} is not signed." : $"{subject} has no acceptable signature.";
        return new Verdict([], new Diagnostic(
            code, details.Length == 0 ? message : $"{message} {details}",
            "Ask the signer which key or identity signs, or leave this image out."));
    }
}
