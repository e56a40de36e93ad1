using Airgap.Oci.Auth;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Credentials.Keychains;

/// <summary>
/// GitHub's registry with <c>GITHUB_TOKEN</c>. The registry only uses the token; the user name must merely be present.
/// </summary>
internal sealed class GitHubKeychain(string token) : ICredentialSource
{
    public const string Name = "github";

    public string Description => "keychain github (GITHUB_TOKEN)";

    public ValueTask<Credential?> FindAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        new(KeychainHosts.IsGitHub(repository.Registry) ? new Credential.Basic("unset", token) : null);
}
