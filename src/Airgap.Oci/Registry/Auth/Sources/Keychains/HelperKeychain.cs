using Airgap.Oci.Naming;
using Airgap.Oci.Registry.Auth.Sources.Helpers;

namespace Airgap.Oci.Registry.Auth.Sources.Keychains;

/// <summary>A cloud's registries, by the cloud's credential helper program.</summary>
/// <param name="name">The keychain's name in <c>IMGPKG_ACTIVE_KEYCHAINS</c>.</param>
/// <param name="isHost">The registries it is for.</param>
/// <param name="helperNames">The helpers that know the cloud; the first on the PATH is asked.</param>
/// <param name="isRequired">True to fail when none is on the PATH, false to let the next source answer.</param>
/// <param name="helpers">Runs them.</param>
/// <param name="trace">Told when none is on the PATH.</param>
internal sealed class HelperKeychain(
    string name,
    Func<string, bool> isHost,
    IReadOnlyList<string> helperNames,
    bool isRequired,
    HelperCache helpers,
    Action<string>? trace) : ICredentialSource
{
    public string Name => name;

    public string Description => $"keychain {name}";

    public async ValueTask<Credential?> FindAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        if (!isHost(repository.Registry))
            return null;
        string? helper = helperNames.FirstOrDefault(helpers.Exists);
        if (helper is null && isRequired)
            throw HelperFailure.Missing(CredentialHelper.ProgramOf(helperNames[0]), repository.Registry);
        if (helper is not null)
            return await helpers.FindAsync(helper, repository.Registry, cancellationToken);
        trace?.Invoke($"keychain {name} passes {repository.Registry} on: no {string.Join(" or ", helperNames.Select(CredentialHelper.ProgramOf))} on the PATH");
        return null;
    }
}
