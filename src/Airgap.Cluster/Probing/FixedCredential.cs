using Airgap.Oci;
using Airgap.Oci.Auth;
using Airgap.Oci.Naming;

namespace Airgap.Cluster.Probing;

/// <summary>Credentials for one host and no other.</summary>
/// <param name="host">The host.</param>
/// <param name="credential">Its credentials.</param>
internal sealed class FixedCredential(string host, Credential credential) : ICredentialSource
{
    /// <inheritdoc/>
    public string Description => "the Secret of the cluster";

    /// <inheritdoc/>
    public ValueTask<Credential?> FindAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        new(repository.Registry == host ? credential : new Credential.Anonymous());
}
