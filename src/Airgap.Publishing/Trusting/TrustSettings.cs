namespace Airgap.Publishing.Trusting;

/// <summary>The user's settings for required signers.</summary>
internal sealed record TrustSettings
{
    /// <summary>PEM files of public keys: one of them is enough.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>The name in a keyless certificate; null for none.</summary>
    public string? Identity { get; init; }

    /// <summary>The issuer that vouched for that name.</summary>
    public string? Issuer { get; init; }

    /// <summary>sigstore's trusted root, a file.</summary>
    public string? TrustedRoot { get; init; }

    /// <summary>A policy.json of the containers tools, or a trust policy of Notation.</summary>
    public string? Policy { get; init; }

    /// <summary>The folder that relative paths in a policy are relative to; null for the current one.</summary>
    public string? Folder { get; init; }

    /// <summary>
    /// The subject of a Notation certificate (<c>C=…, ST=…, O=…</c>), <c>*</c> for any of the trust stores; null for
    /// none.
    /// </summary>
    public string? Certificate { get; init; }

    /// <summary>Notation's folder of trust stores.</summary>
    public string? Store { get; init; }

    /// <summary>Predicates that must also be attested.</summary>
    public IReadOnlyList<string> Attestations { get; init; } = [];

    /// <summary>The minimum age of a signature, such as <c>48h</c>; null for any age.</summary>
    public string? MinimumAge { get; init; }

    /// <summary>True to require signatures only of the named item, not of the images it pins.</summary>
    public bool RootOnly { get; init; }

    /// <summary>True when a signer is required.</summary>
    public bool AsksForAnything =>
        Keys.Count > 0 || (Identity ?? Issuer ?? TrustedRoot ?? Policy ?? Store) is not null || Attestations.Count > 0
            || MinimumAge is not null;
}
