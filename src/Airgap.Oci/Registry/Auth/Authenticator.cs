using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Airgap.Oci.Naming;
using Airgap.Oci.Registry.Http;

namespace Airgap.Oci.Registry.Auth;

/// <summary>Answers the challenges of one host: which header goes with a request to it.</summary>
internal sealed class Authenticator(
    ICredentialSource credentials, TokenClient tokens, TimeProvider clock, RequestTrace trace, CancellationToken lifetime)
{
    private readonly ConcurrentDictionary<RepositoryName, Shared<Credential?>> _credentials = new();
    private readonly ConcurrentDictionary<ScopeSet, ScopeSet> _widened = new();
    private readonly TokenCache _cache = new(clock, lifetime);
    private volatile Challenge? _challenge;

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
    /// <param name="scopes">What the request was thought to need.</param>
    /// <returns>False when sending the request again would be the same request.</returns>
    public bool Reconsider(HttpResponseMessage response, AuthenticationHeaderValue? sent, ScopeSet scopes)
    {
        Challenge? before = _challenge;
        if (!Accept(response))
            return false;
        Challenge now = _challenge!;
        if (!now.IsBearer)
            return before is null || before.IsBearer;
        if (sent is { Scheme: "Bearer", Parameter: { } token })
            _cache.Forget(token);
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
        Credential? credential = await FindAsync(repository, cancellationToken).ConfigureAwait(false);
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

    private Task<Credential?> FindAsync(RepositoryName repository, CancellationToken cancellationToken) => _credentials.GetOrAdd(
        repository,
        name => new Shared<Credential?>(
            async token =>
            {
                Credential? found = await credentials.FindAsync(name, token).ConfigureAwait(false);
                trace.Note($"credentials for {name}: {found?.ToString() ?? "none"}");
                return found;
            },
            lifetime)).GetAsync(cancellationToken);
}
