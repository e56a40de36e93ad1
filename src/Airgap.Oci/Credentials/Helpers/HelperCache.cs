using System.Collections.Concurrent;

namespace Airgap.Oci.Credentials.Helpers;

/// <summary>
/// Asks a helper once per server and run, even for concurrent callers. Failures are cached as well, so that a failed
/// helper is not started again for every image.
/// </summary>
internal sealed class HelperCache(CredentialHelper helper)
{
    private readonly ConcurrentDictionary<(string Name, string Server), SharedCall<Credential?>> _calls = new();

    /// <summary>True when the helper's program is on the PATH.</summary>
    public bool Exists(string name) => helper.Exists(name);

    /// <summary>Clears the cached answers: the next caller starts the helpers again.</summary>
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
            // All callers gave up and the call was cancelled: the next caller starts it again.
            _calls.TryRemove(new(((name, server)), call));
        }
    }
}
