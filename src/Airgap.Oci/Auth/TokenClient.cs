using System.Net.Http.Headers;
using System.Text;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Auth;

/// <summary>Requests bearer tokens from token servers.</summary>
/// <remarks>Source: docker's token authentication and OAuth2 token specifications.</remarks>
internal sealed class TokenClient(Exchange exchange, RetryPolicy retry, RegistryOptions options, RequestLanes lanes)
{
    private const int MaxBytes = 1024 * 1024;
    private const string ClientId = "airgap";

    /// <summary>Requests a token.</summary>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.TokenRealmRefused"/>, <see cref="ErrorCode.Unauthorized"/>, <see cref="ErrorCode.TokenRequestFailed"/>,
    /// <see cref="ErrorCode.RegistryUnreachable"/>, <see cref="ErrorCode.RegistryTimeout"/>.
    /// </exception>
    public Task<AccessToken> RequestAsync(
        TokenKey key, ScopeSet scopes, Uri registry, bool registryIsLocal, Operation cause, CancellationToken cancellationToken)
    {
        Operation operation = new($"get a token for {cause.Reference}", cause.Reference, cause.Digest);
        Uri realm = RealmRule.Check(key.Realm, registry, registryIsLocal, operation);
        WireRequest wire = key.Credential is Credential.IdentityToken identity
            ? Exchanging(identity, key, scopes, realm, operation)
            : Getting(key, scopes, realm, operation);
        AuthenticationHeaderValue? authorization = key.Credential is Credential.Basic basic ? BasicHeader(basic) : null;
        return retry.ExecuteAsync(
            async token =>
            {
                using RequestLane.Turn? turn = await lanes.EnterAsync(realm.Authority, RequestKind.Token, token);
                using HttpResponseMessage response =
                    await Redirects.SendAsync(exchange, wire, authorization, registryIsLocal, token);
                if (!response.IsSuccessStatusCode)
                {
                    Exception refusal = await Refusals.ReadAsync(response, RequestKind.Token, operation, options, token);
                    if (Refusals.IsLoad((int)response.StatusCode))
                        turn?.NoteRefused((refusal as TransientException)?.RetryAfter);
                    throw Failure(refusal, realm);
                }

                turn?.NoteServed();
                byte[] body = await BodyReader.ReadAsync(exchange, response, MaxBytes, wire, options, token);
                return AccessToken.Parse(body, options.TimeProvider.GetUtcNow())
                    ?? throw operation.Failed(
                        ErrorCode.TokenRequestFailed,
                        $"the response of {realm.Authority} contains no token",
                        "Check the registry's token service.");
            },
            cancellationToken);
    }

    public static AuthenticationHeaderValue BasicHeader(Credential.Basic basic) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{basic.UserName}:{basic.Password}")));

    private static WireRequest Getting(TokenKey key, ScopeSet scopes, Uri realm, Operation operation)
    {
        StringBuilder query = new(realm.Query.Length > 1 ? realm.Query[1..] : "");
        if (key.Service is { Length: > 0 } service)
            Append(query, "service", service);
        foreach (string scope in scopes.Scopes)
            Append(query, "scope", scope);
        Uri uri = new UriBuilder(realm) { Query = query.ToString(), Fragment = "" }.Uri;
        return new WireRequest(HttpMethod.Get, uri, RequestKind.Token, operation);
    }

    private static WireRequest Exchanging(
        Credential.IdentityToken identity, TokenKey key, ScopeSet scopes, Uri realm, Operation operation) =>
        new(HttpMethod.Post, realm, RequestKind.Token, operation)
        {
            // The body is a secret; it goes only to the checked realm.
            FollowRedirects = false,
            BodySecret = identity.Token,
            Content = _ => new FormUrlEncodedContent(
            [
                new("grant_type", "refresh_token"),
                new("service", key.Service ?? ""),
                new("client_id", ClientId),
                new("scope", string.Join(' ', scopes.Scopes)),
                new("refresh_token", identity.Token),
            ]),
        };

    private static void Append(StringBuilder query, string name, string value)
    {
        if (query.Length > 0)
            query.Append('&');
        query.Append(name).Append('=').Append(Uri.EscapeDataString(value));
    }

    // Every refusal by a token server concerns the token; only invalid credentials have their own code.
    private static Exception Failure(Exception exception, Uri realm) => exception switch
    {
        TransientException transient => new TransientException(Recode(transient.Failure, realm), transient.RetryAfter),
        AirgapException failure => Recode(failure, realm),
        _ => exception,
    };

    private static AirgapException Recode(AirgapException failure, Uri realm)
    {
        // OAuth2's answer to a refresh token that has expired or was revoked (RFC 6749, section 5.2).
        bool credentials = failure.StatusCode is 401 or 403
            || (failure.StatusCode == 400 && failure.Message.Contains("invalid_grant", StringComparison.Ordinal));
        return new AirgapException(
            credentials ? ErrorCode.Unauthorized : ErrorCode.TokenRequestFailed,
            failure.Message,
            credentials ? Refusals.AdviceOf(ErrorCode.Unauthorized, "the registry")
            : $"See the response of the token server {realm.Authority}.",
            failure)
        { Reference = failure.Reference, Digest = failure.Digest, StatusCode = failure.StatusCode };
    }
}
