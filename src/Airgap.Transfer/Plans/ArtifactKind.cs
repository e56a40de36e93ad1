using System.Text.Json;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Plans;

/// <summary>The kind of an artifact attached to an image, according to its tag or type.</summary>
internal enum ArtifactKind
{
    /// <summary>A signature, of cosign, Notation or Sigstore.</summary>
    Signature,

    /// <summary>A signed statement about the image, such as its provenance.</summary>
    Attestation,

    /// <summary>A bill of materials.</summary>
    Sbom,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>Determines the kind.</summary>
internal static class ArtifactKinds
{
    private const string SigstoreBundle = "application/vnd.dev.sigstore.bundle";
    private const string PredicateType = "dev.sigstore.bundle.predicateType";

    /// <summary>The kind of an artifact under one of cosign's tags.</summary>
    public static ArtifactKind OfTag(string tag) =>
        tag.EndsWith(".sig", StringComparison.Ordinal) ? ArtifactKind.Signature
        : tag.EndsWith(".att", StringComparison.Ordinal) ? ArtifactKind.Attestation
        : tag.EndsWith(".sbom", StringComparison.Ordinal) ? ArtifactKind.Sbom
        : ArtifactKind.Other;

    /// <summary>The kind of a manifest that names a subject.</summary>
    public static ArtifactKind OfReferrer(Manifest manifest)
    {
        string type = manifest.ArtifactType ?? manifest.Config?.MediaType ?? "";
        // Signatures and attestations have the same envelope; an annotation gives the statement's type.
        return type.StartsWith(SigstoreBundle, StringComparison.Ordinal) && PredicateOf(manifest) is { } predicate
            && !predicate.Contains("cosign/sign", StringComparison.Ordinal)
            ? ArtifactKind.Attestation
            : OfType(type);
    }

    /// <summary>The kind of an artifact type.</summary>
    public static ArtifactKind OfType(string type) =>
        type.StartsWith(SigstoreBundle, StringComparison.Ordinal) || Has(type, "signature") || Has(type, "cosign.artifact.sig")
            || Has(type, "cosign.simplesigning") ? ArtifactKind.Signature
        : Has(type, "spdx") || Has(type, "cyclonedx") || Has(type, "sbom") || Has(type, "syft") ? ArtifactKind.Sbom
        : Has(type, "in-toto") || Has(type, "attestation") || Has(type, "provenance") || Has(type, "dsse") ? ArtifactKind.Attestation
        : ArtifactKind.Other;

    /// <summary>Such as <c>2 signatures and 1 attestation</c>; empty for nothing.</summary>
    public static string Count(IEnumerable<ArtifactKind> kinds)
    {
        string[] parts = [.. kinds.GroupBy(kind => kind).OrderBy(group => group.Key)
            .Select(group => $"{group.Count()} {Word(group.Key)}{(group.Count() == 1 ? "" : "s")}")];
        return parts.Length < 2 ? string.Concat(parts) : $"{string.Join(", ", parts[..^1])} and {parts[^1]}";
    }

    private static string Word(ArtifactKind kind) => kind switch
    {
        ArtifactKind.Signature => "signature",
        ArtifactKind.Attestation => "attestation",
        ArtifactKind.Sbom => "SBOM",
        _ => "other artifact",
    };

    private static bool Has(string type, string word) => type.Contains(word, StringComparison.OrdinalIgnoreCase);

    private static string? PredicateOf(Manifest manifest)
    {
        using JsonDocument document = JsonDocument.Parse(manifest.Bytes);
        return document.RootElement.TryGetProperty("annotations", out JsonElement annotations)
            && annotations.ValueKind == JsonValueKind.Object
            && annotations.TryGetProperty(PredicateType, out JsonElement predicate) && predicate.ValueKind == JsonValueKind.String
            ? predicate.GetString()
            : null;
    }
}
