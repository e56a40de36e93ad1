using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Publishing.Declarations;

/// <summary>An item <c>ImgpkgTrust</c>: who has to have signed what lies in a place.</summary>
/// <param name="Include">A host, a namespace or a repository, with all below it; <see cref="Everywhere"/> for all that no other item
/// names.</param>
/// <param name="Metadata">Its metadata (<see cref="Names"/>); names are compared without case.</param>
/// <param name="Location">Where it is declared.</param>
internal sealed record TrustItem(string Include, IReadOnlyDictionary<string, string> Metadata, SourceLocation? Location)
{
    /// <summary>The place that is everywhere.</summary>
    public const string Everywhere = "default";

    /// <summary>PEM files of public keys, separated by semicolons.</summary>
    public const string Key = "Key";

    /// <summary>The name in a keyless certificate.</summary>
    public const string Identity = "Identity";

    /// <summary>Who vouched for the name.</summary>
    public const string Issuer = "Issuer";

    /// <summary>sigstore's trusted root.</summary>
    public const string TrustedRoot = "TrustedRoot";

    /// <summary>The subject of certificates of Notation.</summary>
    public const string Certificate = "Certificate";

    /// <summary>Notation's folder of trust stores.</summary>
    public const string Store = "Store";

    /// <summary><c>root</c> or <c>all</c>.</summary>
    public const string Required = "Required";

    /// <summary>Predicates that have to be attested besides, separated by semicolons.</summary>
    public const string Attestation = "Attestation";

    /// <summary>How old a signature has to be.</summary>
    public const string MinimumAge = "MinimumAge";

    /// <summary>All metadata, in the order of a reference table.</summary>
    public static ImmutableArray<string> Names { get; } =
        [Key, Identity, Issuer, TrustedRoot, Certificate, Store, Required, Attestation, MinimumAge];

    /// <summary>A metadata value without the blanks around it; null where it is missing or empty.</summary>
    public string? Value(string name) =>
        Metadata.FirstOrDefault(
            pair => string.Equals(pair.Key, name, StringComparison.OrdinalIgnoreCase)).Value?.Trim() is { Length: > 0 } value
            ? value : null;

    /// <summary>The values of a metadatum that takes several.</summary>
    public string[] Values(string name) =>
        Value(name)?.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
