namespace Airgap.Trust.Signers;

/// <summary>The verified signer.</summary>
/// <param name="Signer">The key's file or the identity in the certificate.</param>
/// <param name="Issuer">The issuer of the identity; null for keys.</param>
/// <param name="Time">The earliest proven time; null for none.</param>
internal sealed record SignedBy(string Signer, string? Issuer, DateTimeOffset? Time)
{
    /// <summary>The form of the signature: <c>cosign</c>, <c>sigstore bundle</c>, <c>notation</c>.</summary>
    public string Form { get; init; } = "";

    /// <summary>The checks that were skipped, for people; empty when none was.</summary>
    public string Skipped { get; init; } = "";

    /// <summary>The checks that failed, but that the policy only reports; each a sentence.</summary>
    public IReadOnlyList<string> NotEnforced { get; init; } = [];
}
