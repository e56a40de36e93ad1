namespace Airgap.Oci.Auth;

/// <summary>The key of a token request: requests with equal keys share the token.</summary>
internal sealed record TokenKey(string Realm, string? Service, Credential? Credential);

/// <summary>
/// The tokens of one host. A token serves every request it covers; only one token request at a time is sent for the
/// same scopes.
/// </summary>
internal sealed class TokenCache(TimeProvider clock, CancellationToken lifetime)
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];

    /// <summary>A token for scopes: a cached one, one already being requested, or a new one.</summary>
    public Task<AccessToken> GetAsync(
        TokenKey key, ScopeSet scopes, Func<CancellationToken, Task<AccessToken>> request, CancellationToken cancellationToken)
    {
        Task<AccessToken> task;
        lock (_lock)
        {
            DateTimeOffset now = clock.GetUtcNow();
            _entries.RemoveAll(entry => entry.IsDead(now));
            Entry? found = _entries.Find(entry => entry.Key == key && entry.Serves(scopes));
            if (found is null)
            {
                // On the thread pool: the work must not run inside the lock, nor end with the first user's
                // cancellation.
                found = new Entry(key, scopes, Task.Run(() => request(lifetime), CancellationToken.None));
                _entries.Add(found);
            }

            task = found.Token;
        }

        return task.WaitAsync(cancellationToken);
    }

    /// <summary>Removes a token that the registry refused, unless another has replaced it.</summary>
    public void Forget(string token)
    {
        lock (_lock)
            _entries.RemoveAll(entry => entry.Token.IsCompletedSuccessfully && entry.Token.Result.Value == token);
    }

    private sealed record Entry(TokenKey Key, ScopeSet Scopes, Task<AccessToken> Token)
    {
        public bool Serves(ScopeSet wanted) => Token.IsCompletedSuccessfully ? Scopes.Covers(wanted) : Scopes.Equals(wanted);

        public bool IsDead(DateTimeOffset now) =>
            Token.IsFaulted || Token.IsCanceled || (Token.IsCompletedSuccessfully && Token.Result.Expires <= now);
    }
}
