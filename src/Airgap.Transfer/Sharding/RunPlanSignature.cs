using System.Collections.Immutable;

namespace Airgap.Transfer.Sharding;

/// <summary>An image whose signatures were verified and accepted.</summary>
/// <param name="Image">Its source, by digest.</param>
/// <param name="Digest">The verified digest.</param>
/// <param name="SignedBy">The signers.</param>
internal sealed record RunPlanSignature(string Image, string Digest, ImmutableArray<RunPlanSigner> SignedBy);

/// <summary>A signer of an image.</summary>
/// <param name="Name">The key's file, or the identity in the certificate.</param>
/// <param name="Form">The form of the signature.</param>
internal sealed record RunPlanSigner(string Name, string Form)
{
    /// <summary>The issuer of the identity; null for keys.</summary>
    public string? Issuer { get; init; }

    /// <summary>The earliest proven signing time; null for none.</summary>
    public string? Time { get; init; }

    /// <summary>What was not checked; null for nothing.</summary>
    public string? Skipped { get; init; }
}
