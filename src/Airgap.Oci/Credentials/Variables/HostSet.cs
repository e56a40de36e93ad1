namespace Airgap.Oci.Credentials.Variables;

/// <summary>One set of <c>IMGPKG_REGISTRY_*</c> variables, those that share a suffix.</summary>
/// <param name="Suffix">The common suffix with its underscore; empty for the plain names.</param>
/// <param name="Pattern">The registries it is for.</param>
/// <param name="Credential">What they get; anonymous when the set holds nothing but a host.</param>
internal sealed record HostSet(string Suffix, HostPattern Pattern, Credential Credential);
