using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Microsoft.AspNetCore.Http;

namespace Airgap.TestKit.Services;

/// <summary>
/// Makes a fixture's registry a Quay: its tokens allow a push to repositories that existed when they were issued, and its API, which
/// accepts only an application's token, creates repositories and organizations.
/// </summary>
/// <remarks>Source: Red Hat Quay API reference (repository, organization); Quay's rules for tokens.</remarks>
public sealed class FakeQuay() : FakeRegistryApi("/api/v1/", TokenPath)
{
    /// <summary>The token of an application.</summary>
    public const string ApplicationToken = "application-token-of-the-test";

    private const string TokenPath = "/v2/auth";

    private readonly ConcurrentDictionary<string, HashSet<string>> _tokens = new();

    /// <summary>The organizations.</summary>
    public ConcurrentDictionary<string, bool> Organizations { get; } = new();

    /// <summary>The repositories, as <c>organization/name</c>.</summary>
    public ConcurrentDictionary<string, bool> Repositories { get; } = new();

    /// <summary>Whether a token for a push creates the repository, as for users with the right to.</summary>
    public bool CreatesOnPush { get; init; }

    private protected override Fault? Refusal(RecordedRequest request, HttpContext context)
    {
        string? authorization = request.Header("Authorization");
        if (authorization?.StartsWith("Bearer ", StringComparison.Ordinal) == true
            && _tokens.TryGetValue(authorization[7..], out HashSet<string>? granted)
            && (request.Repository.Length == 0 || granted.Contains(request.Repository)))
            return null;
        return Fault.Status(
            401, """{"errors":[{"code":"UNAUTHORIZED","detail":{},"message":"access to the requested resource is not authorized"}]}""",
            null, ("WWW-Authenticate", Challenge(context, TokenPath, context.Request.Host.ToString(), request.Repository)));
    }

    private protected override async Task TokenAsync(HttpContext context)
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

    private protected override async Task ApiAsync(HttpContext context)
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

        JsonElement document = await ReadAsync(context);
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
            NoteCreated(document);
            await WriteAsync(context, 201, path == "organization" ? "\"Created\"" : "{}");
        }
    }
}
