using Airgap.Oci;

namespace Airgap.Transfer.Plans;

/// <summary>The tags in an image's repository under which cosign keeps its artifacts.</summary>
internal static class CosignTags
{
    private static readonly string[] s_suffixes = [".sig", ".att", ".sbom"];

    /// <summary><c>sha256-HEX.sig</c>.</summary>
    public static string Signature(Digest digest) => Of(digest, s_suffixes[0]);

    /// <summary><c>sha256-HEX.att</c>.</summary>
    public static string Attestation(Digest digest) => Of(digest, s_suffixes[1]);

    /// <summary>Signature, attestations, bill of materials.</summary>
    public static IEnumerable<string> All(Digest digest) => s_suffixes.Select(suffix => Of(digest, suffix));

    /// <summary>True for a tag of that form.</summary>
    public static bool IsOne(string? tag) => SubjectOf(tag) is not null;

    /// <summary>The digest that a tag of that form belongs to; null for any other tag.</summary>
    public static Digest? SubjectOf(string? tag) =>
        tag is not null
        && s_suffixes.FirstOrDefault(suffix => tag.EndsWith(suffix, StringComparison.Ordinal)) is { } suffix
        && tag.IndexOf('-') is > 0 and int dash
        && Digest.TryParse(string.Concat(
            tag.AsSpan(0, dash), ":", tag.AsSpan(dash + 1, tag.Length - dash - 1 - suffix.Length)), out Digest digest)
            ? digest
            : null;

    private static string Of(Digest digest, string suffix) => $"{digest.Algorithm}-{digest.Hex}{suffix}";
}
