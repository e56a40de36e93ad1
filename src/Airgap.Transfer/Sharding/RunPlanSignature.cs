using System.Collections.Immutable;

namespace Airgap.Transfer.Sharding;

/// <summary>An image whose signatures were judged and accepted.</summary>
/// <param name="Image">Where it was read, by digest.</param>
/// <param name="Digest">The digest that was judged.</param>
/// <param name="SignedBy">Who signed.</param>
internal sealed record RunPlanSignature(string Image, string Digest, ImmutableArray<RunPlanSigner> SignedBy);

/// <summary>Who signed an image.</summary>
/// <param name="Name">The key's file, or the identity in the certificate.</param>
/// <param name="Form">The form of the signature.</param>
internal sealed record RunPlanSigner(string Name, string Form)
{
    /// <summary>Who vouched for the identity; null for keys.</summary>
    public string? Issuer { get; init; }

    /// <summary>The earliest time that is vouched for; null for none.</summary>
    public string? Time { get; init; }

    /// <summary>What was not looked at; null for nothing.</summary>
    public string? Skipped { get; init; }
}
