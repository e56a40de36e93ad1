using Airgap.Trust.Signers;

namespace Airgap.Trust.Judging;

/// <summary>What is asked of an image.</summary>
internal sealed record Demand
{
    /// <summary>Whose signature is accepted: one of them is enough.</summary>
    public required IReadOnlyList<Signer> AnyOf { get; init; }

    /// <summary>The predicate of the attestation that is asked for; null to ask for a signature.</summary>
    public string? Predicate { get; init; }

    /// <summary>What the signer has to have said, by name.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Judges the name that the signer gave the image; null to take any. Where it is asked for, only cosign's classic form has one.</summary>
    public Func<string, bool>? Accepts { get; init; }
}
