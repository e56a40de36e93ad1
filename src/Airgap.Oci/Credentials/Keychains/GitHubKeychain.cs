using Airgap.Oci.Auth;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Credentials.Keychains;

/// <summary>
/// GitHub's registry with <c>GITHUB_TOKEN</c>. The registry looks at the token alone; the user name only has to be there.
/// </summary>
internal sealed class GitHubKeychain(string token) : ICredentialSource
{
    public const string Name = "github";

    public string Description => "keychain github (GITHUB_TOKEN)";

    public ValueTask<Credential?> FindAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        new(KeychainHosts.IsGitHub(repository.Registry) ? new Credential.Basic("unset", token) : null);
}
