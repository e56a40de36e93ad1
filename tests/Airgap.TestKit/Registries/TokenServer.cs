using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using Airgap.TestKit.Network;
using Microsoft.AspNetCore.Http;

namespace Airgap.TestKit.Registries;

/// <summary>
/// A token server like docker's: it issues bearer tokens for scopes, and a <see cref="RegistryFixture"/> that is started with it
/// requires one for every request. It has another port than the registry.
/// </summary>
/// <remarks>Source: distribution, "Token Authentication Specification" and "OAuth2 Token Authentication".</remarks>
public sealed class TokenServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<TokenRequest> _requests = new();
    private readonly ConcurrentDictionary<string, HashSet<(string Repository, string Action)>> _tokens = new();
    private readonly ConcurrentDictionary<string, bool> _refreshTokens = new();
    private readonly ConcurrentQueue<string> _issuedTokens = new();
    private LoopbackServer _server = null!;
    private int _issued;

    private TokenServer()
    {
    }

    /// <summary>The user with the permissions of <see cref="Permits"/>; any other user is refused with 401.</summary>
    public (string User, string Password)? Login { get; init; }

    /// <summary>Whether requests without credentials receive tokens, for pulling only.</summary>
    public bool AllowAnonymousPull { get; init; }

    /// <summary>Which actions on which repositories are granted; everything by default.</summary>
    public Func<string, string, bool> Permits { get; set; } = (_, _) => true;

    /// <summary>Returns another response to a token request, as status and body; null for a token.</summary>
    public Func<TokenRequest, (int Status, string Body)?>? OnToken { get; set; }

    /// <summary>Awaited before a token request is answered; null for no wait.</summary>
    public Func<TokenRequest, Task>? OnArrival { get; set; }

    /// <summary>The lifetime of a token in seconds; null to leave it out, which means 60.</summary>
    public int? ExpiresIn { get; set; }

    /// <summary>Respond with access_token instead of token.</summary>
    public bool UseAccessTokenProperty { get; set; }

    /// <summary>The realm that the registry names; null for the real one.</summary>
    public string? RealmOverride { get; set; }

    public Uri Address => _server.Address;

    /// <summary>The token endpoint.</summary>
    public Uri Realm => new(Address, "/token");

    /// <summary>The token requests so far.</summary>
    public IReadOnlyList<TokenRequest> Requests => [.. _requests];

    /// <summary>The tokens issued so far.</summary>
    public IReadOnlyList<string> Issued => [.. _issuedTokens];

    public void Clear() => _requests.Clear();

    /// <summary>Revokes all tokens issued so far: the next request with one is answered with 401.</summary>
    public void ExpireTokens() => _tokens.Clear();

    /// <summary>Makes a refresh token, such as an identity token in a docker config.</summary>
    public string MakeRefreshToken()
    {
        string token = $"refresh-{Guid.NewGuid():N}";
        _refreshTokens[token] = true;
        return token;
    }

    public static async Task<TokenServer> StartAsync(string? user = null, string? password = null, bool allowAnonymousPull = false)
    {
        TokenServer server = new() { Login = user is null ? null : (user, password ?? ""), AllowAnonymousPull = allowAnonymousPull };
        server._server = await LoopbackServer.StartAsync(server.AnswerAsync);
        return server;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>Checks a request to the registry; answers it with a challenge when its token is not sufficient.</summary>
    internal bool Allows(HttpContext context)
    {
        List<(string Repository, string Action)> needed = Needed(context.Request);
        string? error = null;
        if (AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out AuthenticationHeaderValue? value)
            && value is { Scheme: "Bearer", Parameter: not null })
        {
            if (!_tokens.TryGetValue(value.Parameter, out HashSet<(string, string)>? granted))
                error = "invalid_token";
            else if (needed.All(granted.Contains))
                return true;
            else
                error = "insufficient_scope";
        }

        string scope = string.Join(
            ' ', needed.GroupBy(n => n.Repository).Select(g => $"repository:{g.Key}:{string.Join(',', g.Select(n => n.Action))}"));
        string challenge = $"Bearer realm=\"{RealmOverride ?? Realm.ToString()}\",service=\"{context.Request.Host}\"";
        if (scope.Length > 0)
            challenge += $",scope=\"{scope}\"";
        if (error is not null)
            challenge += $",error=\"{error}\"";
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = challenge;
        context.Response.ContentLength = 0;
        return false;
    }

    private static List<(string Repository, string Action)> Needed(HttpRequest request)
    {
        RecordedRequest recorded = new(0, request);
        List<(string, string)> needed = [];
        if (recorded.Repository.Length == 0)
            return needed;
        needed.Add((recorded.Repository, "pull"));
        if (request.Method is "DELETE" && recorded.Kind is not RequestKind.UploadDelete)
            needed.Add((recorded.Repository, "delete"));
        else if (request.Method is not ("GET" or "HEAD") || recorded.Kind is RequestKind.UploadGet)
            needed.Add((recorded.Repository, "push"));
        if (request.Query["mount"].Count > 0 && request.Query["from"] is [{ Length: > 0 } from] && from != recorded.Repository)
            needed.Add((from, "pull"));
        return needed;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path != "/token")
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        TokenRequest request = HttpMethods.IsPost(context.Request.Method)
            ? FromForm(await context.Request.ReadFormAsync())
            : FromQuery(context.Request);
        _requests.Enqueue(request);
        if (OnArrival is { } wait)
            await wait(request);
        (int status, string body) = OnToken?.Invoke(request) ?? Issue(request);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body);
    }

    private (int Status, string Body) Issue(TokenRequest request)
    {
        bool known = request.RefreshToken is { } refresh
            ? _refreshTokens.ContainsKey(refresh) : Login is null || Login == (request.User, request.Password);
        bool anonymous = request.User is null && request.RefreshToken is null && Login is not null;
        if (anonymous ? !AllowAnonymousPull : !known)
            return (StatusCodes.Status401Unauthorized, """{"details":"incorrect username or password"}""");
        HashSet<(string, string)> granted = [];
        foreach (string scope in request.Scopes)
        {
            int colon = scope.LastIndexOf(':');
            string repository = scope["repository:".Length..colon];
            foreach (string action in scope[(colon + 1)..].Split(','))
            {
                if ((!anonymous || action == "pull") && Permits(repository, action))
                    granted.Add((repository, action));
            }
        }

        string token = $"token-{Interlocked.Increment(ref _issued)}-{Guid.NewGuid():N}";
        _tokens[token] = granted;
        _issuedTokens.Enqueue(token);
        string expires = ExpiresIn is { } seconds ? $",\"expires_in\":{seconds}" : "";
        return (StatusCodes.Status200OK,
            $$"""{"{{(UseAccessTokenProperty || request.IsPost ? "access_token" : "token")}}":"{{token}}"{{expires}}}""");
    }

    private static TokenRequest FromQuery(HttpRequest request)
    {
        string? user = null;
        string? password = null;
        if (AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out AuthenticationHeaderValue? value)
            && value is { Scheme: "Basic", Parameter: not null })
        {
            string text = Encoding.UTF8.GetString(Convert.FromBase64String(value.Parameter));
            user = text[..text.IndexOf(':')];
            password = text[(text.IndexOf(':') + 1)..];
        }

        return new TokenRequest(user, password, null, request.Query["service"].ToString(), ScopesOf(request.Query["scope"]), IsPost: false);
    }

    private static TokenRequest FromForm(IFormCollection form) => new(
        Text(form["username"]),
        Text(form["password"]),
        Text(form["refresh_token"]),
        form["service"].ToString(),
        ScopesOf(form["scope"]),
        IsPost: true);

    private static string? Text(string? value) => string.IsNullOrEmpty(value) ? null : value;

    private static List<string> ScopesOf(IEnumerable<string?> values) =>
        [.. values.SelectMany(value => (value ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))];
}

/// <summary>A request for a token.</summary>
/// <param name="User">From Basic authentication or the form; null when there was none.</param>
/// <param name="Password">From the same place as the user name.</param>
/// <param name="RefreshToken">From the form.</param>
/// <param name="Service">The service it names.</param>
/// <param name="Scopes">Such as <c>repository:apps/frontend:pull,push</c>.</param>
/// <param name="IsPost">True for the OAuth2 form.</param>
public sealed record TokenRequest(
    string? User, string? Password, string? RefreshToken, string Service, IReadOnlyList<string> Scopes, bool IsPost);
