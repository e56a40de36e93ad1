namespace Airgap.Oci.Credentials.Variables;

/// <summary>One set of <c>IMGPKG_REGISTRY_*</c> variables, those that share a suffix.</summary>
/// <param name="Suffix">The common suffix with its underscore; empty for the plain names.</param>
/// <param name="Pattern">The registries it applies to.</param>
/// <param name="Credential">Their credentials; anonymous when the set only has a host.</param>
internal sealed record HostSet(string Suffix, HostPattern Pattern, Credential Credential);
