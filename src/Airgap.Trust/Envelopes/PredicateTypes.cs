namespace Airgap.Trust.Envelopes;

/// <summary>The short names of predicates that <c>cosign attest --type</c> takes.</summary>
internal static class PredicateTypes
{
    private static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        ["custom"] = "https://cosign.sigstore.dev/attestation/v1",
        ["slsaprovenance"] = "https://slsa.dev/provenance/v0.2",
        ["slsaprovenance02"] = "https://slsa.dev/provenance/v0.2",
        ["slsaprovenance1"] = "https://slsa.dev/provenance/v1",
        ["spdx"] = "https://spdx.dev/Document",
        ["spdxjson"] = "https://spdx.dev/Document",
        ["cyclonedx"] = "https://cyclonedx.org/bom",
        ["link"] = "https://in-toto.io/Link/v1",
        ["vuln"] = "https://cosign.sigstore.dev/attestation/vuln/v1",
        ["openvex"] = "https://openvex.dev/ns",
    };

    /// <summary>The predicate type for a short name; any other text is taken as a type.</summary>
    public static string Of(string text) => s_names.GetValueOrDefault(text, text);
}
