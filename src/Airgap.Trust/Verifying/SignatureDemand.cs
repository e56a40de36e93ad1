using Airgap.Trust.Signers;

namespace Airgap.Trust.Verifying;

/// <summary>The requirements for an image.</summary>
internal sealed record SignatureDemand
{
    /// <summary>The accepted signers; one of them is enough.</summary>
    public required IReadOnlyList<Signer> AnyOf { get; init; }

    /// <summary>The predicate of the required attestation; null to require a signature.</summary>
    public string? Predicate { get; init; }

    /// <summary>The annotations that the signature must have.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Checks the image name in the signature; null to accept any. Only cosign's classic form has one.</summary>
    public Func<string, bool>? Accepts { get; init; }
}
