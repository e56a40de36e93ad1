using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Airgap.Trust.Signers;

namespace Airgap.Publishing.Trusting;

/// <summary>An image whose signatures were verified and accepted, as in documents.</summary>
/// <param name="Image">Its source, by digest.</param>
/// <param name="Digest">The verified digest, which is relocated.</param>
/// <param name="SignedBy">Who signed; empty if a policy requires no signature.</param>
internal sealed record TrustedImage(string Image, string Digest, ImmutableArray<TrustedSigner> SignedBy);

/// <summary>The signer of an image.</summary>
/// <param name="Name">The key's file, or the identity in the certificate.</param>
/// <param name="Form">
/// The form: <c>cosign</c>, <c>cosign attestation</c>, <c>sigstore bundle</c>, <c>notation</c>; of a file also <c>statement TYPE</c>.
/// </param>
/// <param name="Issuer">The issuer that vouched for the identity; absent for keys.</param>
/// <param name="Time">The earliest proven time; absent if none is proven.</param>
/// <param name="Skipped">The checks that were skipped; absent if there are none.</param>
internal sealed record TrustedSigner(string Name, string Form, string? Issuer, string? Time, string? Skipped)
{
    /// <summary>Makes it from a verdict.</summary>
    public static TrustedSigner Of(SignedBy by) => new(
        by.Signer, by.Form, by.Issuer, by.Time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        by.Skipped.Length == 0 ? null : by.Skipped)
    {
        FailsCheck = by.NotEnforced.Count > 0
    };

    /// <summary>True if the signature fails a check that the policy only reports; documents have it under what was skipped.</summary>
    [JsonIgnore]
    public bool FailsCheck { get; init; }

    /// <summary>For people.</summary>
    public override string ToString() =>
        $"{Name} ({Form}{(Time is null ? "" : ", " + Time)}{(Skipped is null ? "" : "; " + Skipped.TrimEnd('.'))})";
}
