using System.Collections.Immutable;
using System.Globalization;
using Airgap.Trust.Signers;

namespace Airgap.Publishing.Trusting;

/// <summary>An image that was judged and accepted, as documents have it.</summary>
/// <param name="Image">Where it was read, by digest.</param>
/// <param name="Digest">The digest that was judged and is moved.</param>
/// <param name="SignedBy">Who signed; empty where a policy asks for nobody.</param>
internal sealed record TrustedImage(string Image, string Digest, ImmutableArray<TrustedSigner> SignedBy);

/// <summary>Who signed an image.</summary>
/// <param name="Name">The key's file, or the identity in the certificate.</param>
/// <param name="Form">The form: <c>cosign</c>, <c>cosign attestation</c>, <c>sigstore bundle</c>, <c>notation</c>.</param>
/// <param name="Issuer">Who vouched for the identity; left out for keys.</param>
/// <param name="Time">The earliest time that is vouched for; left out where nothing vouches for one.</param>
/// <param name="Skipped">What was not looked at; left out when nothing was.</param>
internal sealed record TrustedSigner(string Name, string Form, string? Issuer, string? Time, string? Skipped)
{
    /// <summary>One of a verdict.</summary>
    public static TrustedSigner Of(SignedBy by) => new(
        by.Signer, by.Form, by.Issuer, by.Time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        by.Skipped.Length == 0 ? null : by.Skipped);

    /// <summary>For people.</summary>
    public override string ToString() => $"{Name} ({Form}{(Time is null ? "" : ", " + Time)})";
}
