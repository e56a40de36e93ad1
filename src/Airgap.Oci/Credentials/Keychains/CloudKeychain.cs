using System.Collections.Concurrent;
using Airgap.Oci.Auth;
using Airgap.Oci.Credentials.Helpers;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Credentials.Keychains;

/// <summary>
/// A cloud's registries: by the cloud's credential helper program where one is on the PATH, since it knows the person's own
/// log-ins, else by what the environment, the cloud's files or the machine's metadata service say.
/// </summary>
/// <param name="name">The keychain's name in <c>IMGPKG_ACTIVE_KEYCHAINS</c>.</param>
/// <param name="isHost">True for the cloud's registries.</param>
/// <param name="helperNames">The helpers that know the cloud; the first on the PATH is asked.</param>
/// <param name="isRequired">True to fail when nothing has credentials, false to let the next source answer.</param>
/// <param name="helpers">Runs them.</param>
/// <param name="login">Logs in without a helper.</param>
/// <param name="clock">Says whether credentials still hold.</param>
/// <param name="trace">Receives what was found, and the places where nothing was.</param>
internal sealed class CloudKeychain(
    string name,
    Func<string, bool> isHost,
    IReadOnlyList<string> helperNames,
    bool isRequired,
    HelperCache helpers,
    ICloudLogin login,
    TimeProvider clock,
    Action<string>? trace) : ICredentialSource
{
    // Credentials about to expire may have expired when they arrive.
    private static readonly TimeSpan s_margin = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, SharedCall<CloudLogin?>> _logins = new(StringComparer.OrdinalIgnoreCase);

    public string Name => name;

    public string Description => $"keychain {name}";

    public async ValueTask<Credential?> FindAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        if (!isHost(repository.Registry))
            return null;
        if (helperNames.FirstOrDefault(helpers.Exists) is { } helper
            && await helpers.FindAsync(helper, repository.Registry, cancellationToken) is { } known)
            return known;
        CloudLogin? found;
        try
        {
            found = await LogInAsync(repository.Registry, cancellationToken);
        }
        catch (CloudException e)
        {
            throw Failure(repository.Registry, e.Message, e);
        }

        if (found is not null)
            return found.Credential;
        string nothing = $"there is nothing in {login.Places}, and no " +
            $"{string.Join(" or ", helperNames.Select(CredentialHelper.ProgramOf))} has credentials";
        if (isRequired)
            throw Failure(repository.Registry, nothing, null);
        trace?.Invoke($"keychain {name} passes {repository.Registry} on: {nothing}");
        return null;
    }

    public void Forget(RepositoryName repository)
    {
        if (!isHost(repository.Registry))
            return;
        _logins.TryRemove(repository.Registry, out _);
        helpers.Forget();
    }

    private async Task<CloudLogin?> LogInAsync(string registry, CancellationToken cancellationToken)
    {
        while (true)
        {
            SharedCall<CloudLogin?> call = _logins.GetOrAdd(registry, key => new SharedCall<CloudLogin?>(token => AskAsync(key, token)));
            if (call.TryJoin(out Task<CloudLogin?>? answer))
            {
                CloudLogin? found = await call.WaitAsync(answer, cancellationToken);
                if (found is null || found.Expires - s_margin > clock.GetUtcNow())
                    return found;
            }

            _logins.TryRemove(new(registry, call));
        }
    }

    private async Task<CloudLogin?> AskAsync(string registry, CancellationToken cancellationToken)
    {
        CloudLogin? found = await login.FindAsync(registry, cancellationToken);
        if (found is not null)
        {
            trace?.Invoke($"keychain {name}: {found.Credential} for {registry} by {found.From}, until {found.Expires:u}");
            // A cloud that gives expired credentials would be asked without end.
            if (found.Expires - s_margin <= clock.GetUtcNow())
                return found with { Expires = clock.GetUtcNow() + (2 * s_margin) };
        }

        return found;
    }

    private AirgapException Failure(string registry, string why, Exception? cause) => new(
        ErrorCode.CloudKeychain,
        $"The keychain {name} has no credentials for {registry}: {why}.",
        "Give this machine or job an identity that may read the registry, install " +
        $"{CredentialHelper.ProgramOf(helperNames[0])}, or take {name} out of IMGPKG_ACTIVE_KEYCHAINS.",
        cause)
    { Reference = registry };
}
