using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Microsoft.AspNetCore.Http;

namespace Airgap.TestKit.Services;

/// <summary>
/// Makes a fixture's registry a Quay: its tokens allow a push to what existed when they were given, and its API, which takes an
/// application's token alone, creates repositories and organizations.
/// </summary>
/// <remarks>Source: Red Hat Quay API reference (repository, organization); Quay's rules for tokens.</remarks>
public sealed class FakeQuay
{
    /// <summary>The token of an application.</summary>
    public const string ApplicationToken = "application-token-of-the-test";

    private readonly ConcurrentDictionary<string, HashSet<string>> _tokens = new();
    private readonly ConcurrentQueue<JsonElement> _created = new();

    /// <summary>The organizations.</summary>
    public ConcurrentDictionary<string, bool> Organizations { get; } = new();

    /// <summary>The repositories, as <c>organization/name</c>.</summary>
    public ConcurrentDictionary<string, bool> Repositories { get; } = new();

    /// <summary>Whether the application may create repositories.</summary>
    public bool MayCreate { get; set; } = true;

    /// <summary>Whether a token for a push creates the repository, as for users with the right to.</summary>
    public bool CreatesOnPush { get; init; }

    /// <summary>Runs before a creation is carried out.</summary>
    public Action<string> OnCreate { get; set; } = _ => { };

    /// <summary>The documents of what was created, organizations included.</summary>
    public IReadOnlyList<JsonElement> Created => [.. _created];

    /// <summary>For <see cref="RegistryFixture.OnRequest"/>; null as the host for every host.</summary>
    public Func<RecordedRequest, HttpContext, Fault?> Bend(string? host = null) => (request, context) =>
        host is not null && context.Request.Host.Value != host ? null
        : request.Path.StartsWith("/api/v1/", StringComparison.Ordinal) ? Fault.Custom((inner, _) => ApiAsync(inner))
        : request.Path == "/v2/auth" ? Fault.Custom((inner, _) => TokenAsync(inner))
        : Refusal(request, context);

    private Fault? Refusal(RecordedRequest request, HttpContext context)
    {
        string? authorization = request.Header("Authorization");
        if (authorization?.StartsWith("Bearer ", StringComparison.Ordinal) == true
            && _tokens.TryGetValue(authorization[7..], out HashSet<string>? granted)
            && (request.Repository.Length == 0 || granted.Contains(request.Repository)))
            return null;
        string scope = request.Repository.Length == 0 ? "" : $",scope=\"repository:{request.Repository}:pull,push\"";
        return Fault.Status(
            401, """{"errors":[{"code":"UNAUTHORIZED","detail":{},"message":"access to the requested resource is not authorized"}]}""",
            null,
            ("WWW-Authenticate",
                $"Bearer realm=\"{context.Request.Scheme}://{context.Request.Host}/v2/auth\",service=\"{context.Request.Host}\"{scope}"));
    }

    private async Task TokenAsync(HttpContext context)
    {
        string basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("$oauthtoken:" + ApplicationToken));
        if (context.Request.Headers.Authorization != basic)
        {
            context.Response.StatusCode = 401;
            return;
        }

        string token = Guid.NewGuid().ToString("N");
        foreach (string scope in context.Request.Query["scope"].Where(
            scope => CreatesOnPush && scope!.Contains("push", StringComparison.Ordinal))!)
            Repositories.TryAdd(scope.Split(':')[1], true);
        _tokens[token] = [.. context.Request.Query["scope"].Select(scope => scope!.Split(':')[1]).Where(Repositories.ContainsKey)];
        await WriteAsync(context, 200, $$"""{"token":"{{token}}"}""");
    }

    private async Task ApiAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization != "Bearer " + ApplicationToken)
        {
            await WriteAsync(context, 401, """{"message":"Requires authentication","status":401}""");
            return;
        }

        string path = context.Request.Path.Value!["/api/v1/".Length..].TrimEnd('/');
        if (HttpMethods.IsGet(context.Request.Method))
        {
            bool exists = Repositories.ContainsKey(path["repository/".Length..]);
            await WriteAsync(context, exists ? 200 : 404, exists ? "{}" : """{"message":"Not Found","status":404}""");
            return;
        }

        JsonElement document = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;
        string name = path == "organization" ? document.GetProperty("name").GetString()!
            : $"{document.GetProperty("namespace")}/{document.GetProperty("repository")}";
        OnCreate(name);
        bool isAllowed = MayCreate && (path == "organization" || Organizations.ContainsKey(name.Split('/')[0]));
        if (!isAllowed)
            await WriteAsync(context, 403, """{"message":"Unauthorized","error_type":"insufficient_scope","status":403}""");
        else if (!(path == "organization" ? Organizations : Repositories).TryAdd(name, true))
            await WriteAsync(context, 400, $$"""{"message":"{{(path == "organization"
                ? "A user or organization with this name already exists" : "Repository already exists")}}","status":400}""");
        else
        {
            _created.Enqueue(document);
            await WriteAsync(context, 201, path == "organization" ? "\"Created\"" : "{}");
        }
    }

    private static async Task WriteAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json);
    }
}
