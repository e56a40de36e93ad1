using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Auth;

/// <summary>Answers the challenges of one host and chooses the Authorization header of its requests.</summary>
internal sealed class Authenticator(
    ICredentialSource credentials, TokenClient tokens, TimeProvider clock, RequestTrace trace, CancellationToken lifetime)
{
    // A refusal soon after the look-up means that the credentials are wrong; later, that they have expired.
    private static readonly TimeSpan s_freshness = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<RepositoryName, Shared<FoundCredential>> _credentials = new();
    private readonly Lock _renewal = new();
    private readonly ConcurrentDictionary<ScopeSet, ScopeSet> _widened = new();
    private readonly TokenCache _cache = new(clock, lifetime);
    private volatile Challenge? _challenge;
    private volatile Challenge? _first;

    /// <summary>
    /// The host's challenges so far: the first, and the current one. The request that received it shows which registry it is.
    /// </summary>
    public IEnumerable<Challenge> Challenges => new[] { _first, _challenge }.OfType<Challenge>();

    /// <summary>True when the host's challenge is known.</summary>
    public bool HasChallenge => _challenge is not null;

    /// <summary>True when a source has credentials for a repository.</summary>
    public async Task<bool> HasCredentialAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        (await FindAsync(repository, cancellationToken)).Credential is not (null or Credential.Anonymous);

    /// <summary>The credentials of a repository's requests; null for none.</summary>
    public async Task<Credential?> FindCredentialAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        (await FindAsync(repository, cancellationToken)).Credential;

    /// <summary>The credentials of a repository's requests, for a message; null until a source is asked.</summary>
    public async Task<UsedCredentials?> DescribeAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        if (!_credentials.ContainsKey(repository))
            return null;
        Credential? used = (await FindAsync(repository, cancellationToken)).Credential;
        return new UsedCredentials(
            repository, used?.ToString(), used is Credential.Anonymous,
            (credentials as ICredentialOrigins)?.OriginOf(repository) ?? credentials.Description);
    }

    /// <summary>Records the challenge of a response.</summary>
    /// <returns>False when the response has no supported challenge.</returns>
    public bool Accept(HttpResponseMessage response)
    {
        Challenge? challenge = Challenge.Choose(ChallengeParser.Read(response));
        if (challenge is not null)
        {
            _first ??= challenge;
            _challenge = challenge;
        }

        return challenge is not null;
    }

    /// <summary>Records the challenge of a 401: the credentials sent were not accepted.</summary>
    /// <param name="response">The 401.</param>
    /// <param name="sent">The credentials sent.</param>
    /// <param name="repository">The repository of the request.</param>
    /// <param name="scopes">The scopes that the request asked for.</param>
    /// <param name="cancellationToken">Ends the wait for other credentials.</param>
    /// <returns>False when a second request would be the same as the first.</returns>
    public async Task<bool> ReconsiderAsync(
        HttpResponseMessage response, AuthenticationHeaderValue? sent, RepositoryName repository, ScopeSet scopes,
        CancellationToken cancellationToken)
    {
        Challenge? before = _challenge;
        if (!Accept(response))
            return false;
        Challenge now = _challenge!;
        if (!now.IsBearer)
            return before is null || before.IsBearer || await RenewAsync(repository, used => IsHeaderOf(used, sent), cancellationToken);
        if (sent is { Scheme: "Bearer", Parameter: { } token })
        {
            _cache.Forget(token);
            await RenewAsync(repository, used => IsHeaderOf(used, sent), cancellationToken);
        }

        ScopeSet asked = ScopeSet.Parse(now.Scope);
        if (!scopes.Covers(asked))
            _widened[scopes] = scopes.Union(asked);
        return true;
    }

    /// <summary>The header for a request; null to send none.</summary>
    /// <exception cref="AirgapException">A credential source or the token server failed.</exception>
    public async Task<AuthenticationHeaderValue?> AuthorizeAsync(
        RepositoryName repository, ScopeSet scopes, Uri registry, bool isLocal, Operation operation, CancellationToken cancellationToken)
    {
        if (_challenge is not { } challenge)
            return null;
        for (bool isRenewed = false; ; isRenewed = true)
        {
            Credential? credential = (await FindAsync(repository, cancellationToken)).Credential;
            try
            {
                return await AuthorizeAsync(challenge, credential, scopes, registry, isLocal, operation, cancellationToken);
            }
            catch (AirgapException e) when (e.Code == ErrorCode.Unauthorized)
            {
                if (isRenewed || !await RenewAsync(repository, used => used == credential, cancellationToken))
                    throw (await DescribeAsync(repository, cancellationToken))!.AddTo(e);
            }
        }
    }

    private async Task<AuthenticationHeaderValue?> AuthorizeAsync(
        Challenge challenge, Credential? credential, ScopeSet scopes, Uri registry, bool isLocal, Operation operation,
        CancellationToken cancellationToken)
    {
        if (credential is Credential.Bearer bearer)
            return new AuthenticationHeaderValue("Bearer", bearer.Token);
        if (!challenge.IsBearer)
            return credential is Credential.Basic basic ? TokenClient.BasicHeader(basic) : null;

        ScopeSet wanted = _widened.GetValueOrDefault(scopes) ?? scopes;
        TokenKey key = new(challenge.Realm!, challenge.Service, credential is Credential.Anonymous ? null : credential);
        AccessToken token = await _cache.GetAsync(
            key, wanted, work => tokens.RequestAsync(key, wanted, registry, isLocal, operation, work), cancellationToken);
        return new AuthenticationHeaderValue("Bearer", token.Value);
    }

    private static bool IsHeaderOf(Credential? credential, AuthenticationHeaderValue? sent) => credential switch
    {
        Credential.Basic basic => TokenClient.BasicHeader(basic).Equals(sent),
        Credential.Bearer bearer => bearer.Token == sent?.Parameter,
        _ => sent is null,
    };

    // Asks the sources again if the credentials are older. One of several refused requests asks; the others use its
    // result.
    private async Task<bool> RenewAsync(RepositoryName repository, Func<Credential?, bool> wasUsed, CancellationToken cancellationToken)
    {
        // The request went out before the host's first challenge, and thus without credentials.
        if (!_credentials.TryGetValue(repository, out Shared<FoundCredential>? shared))
            return !wasUsed((await FindAsync(repository, cancellationToken)).Credential);
        FoundCredential old = await shared.GetAsync(cancellationToken);
        if (!wasUsed(old.Credential))
            return true;
        if (clock.GetUtcNow() - old.At < s_freshness)
            return false;
        lock (_renewal)
        {
            if (_credentials.TryGetValue(repository, out Shared<FoundCredential>? current) && current == shared)
            {
                trace.Note($"credentials for {repository} are no longer accepted: requesting new ones");
                // Notify the source before removing the entry: a request in between must not mistake the old
                // credentials for new ones.
                credentials.Forget(repository);
                _credentials.TryRemove(new(repository, shared));
            }
        }

        return (await FindAsync(repository, cancellationToken)).Credential != old.Credential;
    }

    private Task<FoundCredential> FindAsync(RepositoryName repository, CancellationToken cancellationToken) => _credentials.GetOrAdd(
        repository,
        name => new Shared<FoundCredential>(
            async token =>
            {
                Credential? found = await credentials.FindAsync(name, token);
                trace.Note($"credentials for {name}: {found?.ToString() ?? "none"}");
                return new FoundCredential(found, clock.GetUtcNow());
            },
            lifetime)).GetAsync(cancellationToken);

    private sealed record FoundCredential(Credential? Credential, DateTimeOffset At);
}
