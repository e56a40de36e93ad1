namespace Airgap.Publishing.Trusting;

/// <summary>Who has to have signed, as the user says it.</summary>
internal sealed record TrustSettings
{
    /// <summary>PEM files of public keys: one of them is enough.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>The name in a keyless certificate; null for none.</summary>
    public string? Identity { get; init; }

    /// <summary>Who vouched for that name.</summary>
    public string? Issuer { get; init; }

    /// <summary>sigstore's trusted root, a file.</summary>
    public string? TrustedRoot { get; init; }

    /// <summary>A policy.json of the containers tools, or a trust policy of Notation.</summary>
    public string? Policy { get; init; }

    /// <summary>
    /// The subject of a certificate of Notation (<c>C=…, ST=…, O=…</c>), <c>*</c> for any of the trust stores; null for none.
    /// </summary>
    public string? Certificate { get; init; }

    /// <summary>Notation's folder of trust stores.</summary>
    public string? Store { get; init; }

    /// <summary>Predicates that have to be attested besides.</summary>
    public IReadOnlyList<string> Attestations { get; init; } = [];

    /// <summary>How old a signature has to be, such as <c>48h</c>; null for no matter how.</summary>
    public string? MinimumAge { get; init; }

    /// <summary>True to ask of what was named alone, and not of the images that it pins.</summary>
    public bool RootOnly { get; init; }

    /// <summary>True when somebody is asked for.</summary>
    public bool AsksForAnything =>
        Keys.Count > 0 || (Identity ?? Issuer ?? TrustedRoot ?? Policy ?? Store) is not null || Attestations.Count > 0
            || MinimumAge is not null;
}
