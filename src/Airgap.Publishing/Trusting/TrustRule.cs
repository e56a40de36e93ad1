using Airgap.Trust.Notation;
using Airgap.Trust.Policies;
using Airgap.Trust.Signers;

namespace Airgap.Publishing.Trusting;

/// <summary>The required signers, with their keys, roots and policies.</summary>
internal sealed record TrustRule
{
    /// <summary>The accepted signers: one is enough. Empty if a policy decides.</summary>
    public IReadOnlyList<Signer> AnyOf { get; init; } = [];

    /// <summary>Predicates that must also be attested.</summary>
    public IReadOnlyList<string> Attestations { get; init; } = [];

    /// <summary>A policy.json; null for none.</summary>
    public ContainersPolicy? Containers { get; init; }

    /// <summary>A trust policy of Notation; null for none.</summary>
    public NotationPolicy? Notation { get; init; }

    /// <summary>Notation's trust stores; null without such a policy.</summary>
    public NotationStore? Store { get; init; }

    /// <summary>True to require signatures only of the named item.</summary>
    public bool RootOnly { get; init; }
}
