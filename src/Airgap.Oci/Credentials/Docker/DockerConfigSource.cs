using Airgap.Oci.Auth;
using Airgap.Oci.Credentials.Helpers;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Credentials.Docker;

/// <summary>
/// One docker config: the repository's own entry first, then those of its parent paths, then the host's. A helper takes
/// precedence over recorded credentials, which are used if the helper has none.
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
            // The default helper is asked for a path only if the config has an entry for that path, so that one process
            // per host starts, not one per repository.
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
