using System.Collections.Concurrent;
using Airgap.Oci.Auth;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Credentials;

/// <summary>Several sources, asked in order; the first that answers decides.</summary>
internal sealed class CredentialChain(IReadOnlyList<ICredentialSource> sources, Action<string>? trace)
    : ICredentialSource, ICredentialOrigins
{
    private readonly ConcurrentDictionary<RepositoryName, string> _origins = new();

    public string Description => string.Join(", ", sources.Select(source => source.Description));

    public async ValueTask<Credential?> FindAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        foreach (ICredentialSource source in sources)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await source.FindAsync(repository, cancellationToken) is { } credential)
            {
                _origins[repository] = source.Description;
                trace?.Invoke($"credentials for {repository}: {credential} from {source.Description}");
                return credential;
            }
        }

        trace?.Invoke($"credentials for {repository}: none");
        return null;
    }

    public string? OriginOf(RepositoryName repository) => _origins.GetValueOrDefault(repository);

    public void Forget(RepositoryName repository)
    {
        foreach (ICredentialSource source in sources)
            source.Forget(repository);
    }
}
