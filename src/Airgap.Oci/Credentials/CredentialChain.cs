
using Airgap.Oci.Auth;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Credentials;

/// <summary>Several sources, asked in order; the first that answers decides.</summary>
internal sealed class CredentialChain(IReadOnlyList<ICredentialSource> sources, Action<string>? trace) : ICredentialSource
{
    public string Description => string.Join(", ", sources.Select(source => source.Description));

    public async ValueTask<Credential?> FindAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        foreach (ICredentialSource source in sources)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await source.FindAsync(repository, cancellationToken) is { } credential)
            {
                trace?.Invoke($"credentials for {repository}: {credential} from {source.Description}");
                return credential;
            }
        }

        trace?.Invoke($"credentials for {repository}: none");
        return null;
    }

    public void Forget(RepositoryName repository)
    {
        foreach (ICredentialSource source in sources)
            source.Forget(repository);
    }
}
