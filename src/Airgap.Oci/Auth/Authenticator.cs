using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Auth;

/// <summary>Answers the challenges of one host: which header goes with a request to it.</summary>
internal sealed class Authenticator(
    ICredentialSource credentials, TokenClient tokens, TimeProvider clock, RequestTrace trace, CancellationToken lifetime)
{
    // A refusal of what was found just now says that it is wrong; later, that it has ended.
    private static readonly TimeSpan _freshness = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<RepositoryName, Shared<FoundCredential>> _credentials = new();
    private readonly Lock _renewal = new();
    private readonly ConcurrentDictionary<ScopeSet, ScopeSet> _widened = new();
    private readonly TokenCache _cache = new(clock, lifetime);
    private volatile Challenge? _challenge;

    /// <summary>True when the host's challenge is known.</summary>
    public bool HasChallenge => _challenge is not null;

    /// <summary>True when a source has credentials for a repository.</summary>
    public async Task<bool> HasCredentialAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        (await FindAsync(repository, cancellationToken).ConfigureAwait(false)).Credential is not (null or Credential.Anonymous);

    /// <summary>What a repository's requests were authorized with, for a message; null where no source was asked yet.</summary>
    public async Task<UsedCredentials?> DescribeAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        if (!_credentials.ContainsKey(repository))
            return null;
        Credential? used = (await FindAsync(repository, cancellationToken).ConfigureAwait(false)).Credential;
        return new UsedCredentials(repository, used?.ToString(), used is Credential.Anonymous, (credentials as ICredentialOrigins)?.OriginOf(repository) ?? credentials.Description);
    }

    /// <summary>Takes up the challenge of an answer.</summary>
    /// <returns>False when the answer has none that can be met.</returns>
    public bool Accept(HttpResponseMessage response)
    {
        Challenge? challenge = Challenge.Choose(ChallengeParser.Read(response));
        if (challenge is not null)
            _challenge = challenge;
        return challenge is not null;
    }

    /// <summary>Takes up the challenge of a 401: what was sent did not do.</summary>
    /// <param name="response">The 401.</param>
    /// <param name="sent">What was sent.</param>
    /// <param name="repository">For which repository.</param>
    /// <param name="scopes">What the request was thought to need.</param>
    /// <param name="cancellationToken">Ends the wait for other credentials.</param>
    /// <returns>False when sending the request again would be the same request.</returns>
    public async Task<bool> ReconsiderAsync(
        HttpResponseMessage response, AuthenticationHeaderValue? sent, RepositoryName repository, ScopeSet scopes, CancellationToken cancellationToken)
    {
        Challenge? before = _challenge;
        if (!Accept(response))
            return false;
        Challenge now = _challenge!;
        if (!now.IsBearer)
            return before is null || before.IsBearer || await RenewAsync(repository, used => IsHeaderOf(used, sent), cancellationToken).ConfigureAwait(false);
        if (sent is { Scheme: "Bearer", Parameter: { } token })
        {
            _cache.Forget(token);
            await RenewAsync(repository, used => IsHeaderOf(used, sent), cancellationToken).ConfigureAwait(false);
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
            Credential? credential = (await FindAsync(repository, cancellationToken).ConfigureAwait(false)).Credential;
            try
            {
                return await AuthorizeAsync(challenge, credential, scopes, registry, isLocal, operation, cancellationToken).ConfigureAwait(false);
            }
            catch (AirgapException e) when (e.Code == ErrorCode.Unauthorized)
            {
                if (isRenewed || !await RenewAsync(repository, used => used == credential, cancellationToken).ConfigureAwait(false))
                    throw (await DescribeAsync(repository, cancellationToken).ConfigureAwait(false))!.AddTo(e);
            }
        }
    }

    private async Task<AuthenticationHeaderValue?> AuthorizeAsync(
        Challenge challenge, Credential? credential, ScopeSet scopes, Uri registry, bool isLocal, Operation operation, CancellationToken cancellationToken)
    {
        if (credential is Credential.Bearer bearer)
            return new AuthenticationHeaderValue("Bearer", bearer.Token);
        if (!challenge.IsBearer)
            return credential is Credential.Basic basic ? TokenClient.BasicHeader(basic) : null;

        ScopeSet wanted = _widened.GetValueOrDefault(scopes) ?? scopes;
        TokenKey key = new(challenge.Realm!, challenge.Service, credential is Credential.Anonymous ? null : credential);
        AccessToken token = await _cache.GetAsync(
            key, wanted, work => tokens.RequestAsync(key, wanted, registry, isLocal, operation, work), cancellationToken).ConfigureAwait(false);
        return new AuthenticationHeaderValue("Bearer", token.Value);
    }

    private static bool IsHeaderOf(Credential? credential, AuthenticationHeaderValue? sent) => credential switch
    {
        Credential.Basic basic => TokenClient.BasicHeader(basic).Equals(sent),
        Credential.Bearer bearer => bearer.Token == sent?.Parameter,
        _ => sent is null,
    };

    // Asks the sources again for what they gave a while ago. One of those who were refused together asks; the others find its answer.
    private async Task<bool> RenewAsync(RepositoryName repository, Func<Credential?, bool> wasUsed, CancellationToken cancellationToken)
    {
        if (!_credentials.TryGetValue(repository, out Shared<FoundCredential>? shared))
            return false;
        FoundCredential old = await shared.GetAsync(cancellationToken).ConfigureAwait(false);
        if (!wasUsed(old.Credential))
            return true;
        if (clock.GetUtcNow() - old.At < _freshness)
            return false;
        lock (_renewal)
        {
            if (_credentials.TryGetValue(repository, out Shared<FoundCredential>? current) && current == shared)
            {
                trace.Note($"credentials for {repository} are taken no longer: their source is asked again");
                // Before the entry goes: who asks in between must not get the old ones for new.
                credentials.Forget(repository);
                _credentials.TryRemove(new(repository, shared));
            }
        }

        return (await FindAsync(repository, cancellationToken).ConfigureAwait(false)).Credential != old.Credential;
    }

    private Task<FoundCredential> FindAsync(RepositoryName repository, CancellationToken cancellationToken) => _credentials.GetOrAdd(
        repository,
        name => new Shared<FoundCredential>(
            async token =>
            {
                Credential? found = await credentials.FindAsync(name, token).ConfigureAwait(false);
                trace.Note($"credentials for {name}: {found?.ToString() ?? "none"}");
                return new FoundCredential(found, clock.GetUtcNow());
            },
            lifetime)).GetAsync(cancellationToken);

    private sealed record FoundCredential(Credential? Credential, DateTimeOffset At);
}
