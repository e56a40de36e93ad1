using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Publishing.Declarations;

/// <summary>An item <c>ImgpkgTrust</c>: who must have signed the content of a location.</summary>
/// <param name="Include">A host, a namespace or a repository, including everything below it; <see cref="Everywhere"/>
/// for everything that no other item names.</param>
/// <param name="Metadata">Its metadata (<see cref="Names"/>); names are case-insensitive.</param>
/// <param name="Location">Its location in the project.</param>
internal sealed record TrustItem(string Include, IReadOnlyDictionary<string, string> Metadata, SourceLocation? Location)
{
    /// <summary>The Include that applies everywhere.</summary>
    public const string Everywhere = "default";

    /// <summary>PEM files of public keys, separated by semicolons.</summary>
    public const string Key = "Key";

    /// <summary>The name in a keyless certificate. MSBuild reserves the name <c>Identity</c>.</summary>
    public const string SignerIdentity = "SignerIdentity";

    /// <summary>The issuer that vouched for the name.</summary>
    public const string Issuer = "Issuer";

    /// <summary>sigstore's trusted root.</summary>
    public const string TrustedRoot = "TrustedRoot";

    /// <summary>The subject of certificates of Notation.</summary>
    public const string Certificate = "Certificate";

    /// <summary>Notation's folder of trust stores.</summary>
    public const string Store = "Store";

    /// <summary><c>root</c> or <c>all</c>.</summary>
    public const string Required = "Required";

    /// <summary>Predicates that must also be attested, separated by semicolons.</summary>
    public const string Attestation = "Attestation";

    /// <summary>The minimum age of a signature.</summary>
    public const string MinimumAge = "MinimumAge";

    /// <summary>All metadata, in the order of the reference table.</summary>
    public static ImmutableArray<string> Names { get; } =
        [Key, SignerIdentity, Issuer, TrustedRoot, Certificate, Store, Required, Attestation, MinimumAge];

    /// <summary>A trimmed metadata value; null if it is missing or empty.</summary>
    public string? Value(string name) =>
        Metadata.FirstOrDefault(
            pair => string.Equals(pair.Key, name, StringComparison.OrdinalIgnoreCase)).Value?.Trim() is { Length: > 0 } value
            ? value : null;

    /// <summary>The values of a metadatum that may have several.</summary>
    public string[] Values(string name) =>
        Value(name)?.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
