using Airgap.Trust.Notation;
using Airgap.Trust.Policies;
using Airgap.Trust.Signers;

namespace Airgap.Publishing.Trusting;

/// <summary>Who has to have signed, with keys, roots and policies read.</summary>
internal sealed record TrustRule
{
    /// <summary>Whose signature counts: one is enough. Empty where a policy says it.</summary>
    public IReadOnlyList<Signer> AnyOf { get; init; } = [];

    /// <summary>Predicates that have to be attested besides.</summary>
    public IReadOnlyList<string> Attestations { get; init; } = [];

    /// <summary>A policy.json; null for none.</summary>
    public ContainersPolicy? Containers { get; init; }

    /// <summary>A trust policy of Notation; null for none.</summary>
    public NotationPolicy? Notation { get; init; }

    /// <summary>Notation's trust stores; null without such a policy.</summary>
    public NotationStore? Store { get; init; }

    /// <summary>True to ask of what was named alone.</summary>
    public bool RootOnly { get; init; }
}
