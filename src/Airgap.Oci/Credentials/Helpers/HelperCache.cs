using System.Collections.Concurrent;

namespace Airgap.Oci.Credentials.Helpers;

/// <summary>
/// Asks a helper for each server once in a run, however many ask at a time. Failures are kept as well: a helper that failed
/// is not started again for every image.
/// </summary>
internal sealed class HelperCache(CredentialHelper helper)
{
    private readonly ConcurrentDictionary<(string Name, string Server), SharedCall<Credential?>> _calls = new();

    /// <summary>True when the helper's program is on the PATH.</summary>
    public bool Exists(string name) => helper.Exists(name);

    /// <summary>Forgets what helpers said: the next to ask starts them anew.</summary>
    public void Forget() => _calls.Clear();

    /// <inheritdoc cref="CredentialHelper.GetAsync"/>
    public async Task<Credential?> FindAsync(string name, string server, CancellationToken cancellationToken)
    {
        while (true)
        {
            SharedCall<Credential?> call = _calls.GetOrAdd(
                (name, server),
                static (key, helper) => new SharedCall<Credential?>(token => helper.GetAsync(key.Name, key.Server, token)),
                helper);
            if (call.TryJoin(out Task<Credential?>? answer))
                return await call.WaitAsync(answer, cancellationToken);
            // Everyone who had asked went away and it was cancelled: the next to ask starts anew.
            _calls.TryRemove(new(((name, server)), call));
        }
    }
}
