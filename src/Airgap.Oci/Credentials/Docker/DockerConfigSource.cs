using Airgap.Oci.Auth;
using Airgap.Oci.Credentials.Helpers;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Credentials.Docker;

/// <summary>
/// One docker config: the repository's own entry first, then those of the folders above it, then the host's. A helper goes
/// before recorded credentials; recorded ones are taken where the helper has none.
/// </summary>
internal sealed class DockerConfigSource(DockerConfigFile file, HelperCache helpers) : ICredentialSource
{
    public string Description => file.Description;

    public async ValueTask<Credential?> FindAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        DockerConfig config = file.Config;
        foreach (string key in DockerConfigKey.CandidatesFor(repository))
        {
            bool isRecorded = config.Auths.TryGetValue(key, out DockerAuthEntry? entry);
            // A helper for all is asked for a path only where the config says that it knows the path: one process a host, not one a
            // repository.
            if (!config.HelperByKey.TryGetValue(key, out HelperName? helper) && (isRecorded || key == repository.Registry))
                helper = config.DefaultHelper;
            if (helper is { Name.Length: > 0 })
            {
                Credential? found = await helpers.FindAsync(helper.Name, DockerConfigKey.ToServer(key), cancellationToken);
                if (found is not null)
                    return found;
            }

            if (entry?.ToCredential() is { } recorded)
                return recorded;
        }

        return null;
    }

    public void Forget(RepositoryName repository) => helpers.Forget();
}
