using System.Collections.Concurrent;
using Airgap.Oci.Auth;
using Airgap.Oci.Credentials.Helpers;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Credentials.Keychains;

/// <summary>
/// Credentials of a cloud's registries: from the cloud's credential helper if one is on the PATH, because it knows the
/// user's own log-ins; else from the environment, the cloud's files or the machine's metadata service.
/// </summary>
/// <param name="name">The keychain's name in <c>IMGPKG_ACTIVE_KEYCHAINS</c>.</param>
/// <param name="isHost">True for the cloud's registries.</param>
/// <param name="helperNames">The helpers for the cloud; the first on the PATH is asked.</param>
/// <param name="isRequired">True to fail when no credentials are found, false to let the next source answer.</param>
/// <param name="helpers">Runs them.</param>
/// <param name="login">Logs in without a helper.</param>
/// <param name="clock">The clock for expiry.</param>
/// <param name="trace">Receives the result, and the places without credentials.</param>
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
        string nothing = $"there are no credentials in {login.Places}, and no " +
            $"{string.Join(" or ", helperNames.Select(CredentialHelper.ProgramOf))} has credentials";
        if (isRequired)
            throw Failure(repository.Registry, nothing, null);
        trace?.Invoke($"keychain {name} has nothing for {repository.Registry}: {nothing}");
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
            // A cloud that issues expired credentials would otherwise receive requests endlessly.
            if (found.Expires - s_margin <= clock.GetUtcNow())
                return found with { Expires = clock.GetUtcNow() + (2 * s_margin) };
        }

        return found;
    }

    private AirgapException Failure(string registry, string why, Exception? cause) => new(
        ErrorCode.CloudKeychain,
        $"The keychain {name} has no credentials for {registry}: {why}.",
        "Give this machine or job an identity that may read the registry, install " +
        $"{CredentialHelper.ProgramOf(helperNames[0])}, or remove {name} from IMGPKG_ACTIVE_KEYCHAINS.",
        cause)
    { Reference = registry };
}
