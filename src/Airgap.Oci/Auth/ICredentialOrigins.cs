using Airgap.Oci.Naming;

namespace Airgap.Oci.Auth;

/// <summary>Several sources of credentials that remember which of them answered.</summary>
internal interface ICredentialOrigins
{
    /// <summary>The description of the source that last answered for a repository; null when none did.</summary>
    string? OriginOf(RepositoryName repository);
}
