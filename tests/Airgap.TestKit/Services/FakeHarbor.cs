using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Microsoft.AspNetCore.Http;

namespace Airgap.TestKit.Services;

/// <summary>
/// Makes a fixture's registry a Harbor: it requires bearer tokens of its own token service, has projects, and refuses with 401 a
/// request below a project that does not exist.
/// </summary>
/// <remarks>Source: Harbor API 2.0 (projects); Harbor's answers to pushes below a missing project, as its users reported them.</remarks>
public sealed class FakeHarbor() : FakeRegistryApi("/api/v2.0/projects", TokenPath)
{
    private const string TokenPath = "/service/token";

    private readonly ConcurrentDictionary<string, bool> _tokens = new();

    /// <summary>The only user.</summary>
    public (string User, string Password) Login { get; init; } = ("ci", "harbor-password");

    /// <summary>The projects.</summary>
    public ConcurrentDictionary<string, bool> Projects { get; } = new();

    /// <summary>Called with a project's name before the project is looked up.</summary>
    public Action<string> OnLook { get; set; } = _ => { };

    private protected override Fault? Refusal(RecordedRequest request, HttpContext context)
    {
        string? authorization = request.Header("Authorization");
        bool isKnown = IsBasic(authorization) || (authorization?.StartsWith("Bearer ", StringComparison.Ordinal) == true
            && _tokens.ContainsKey(authorization[7..]));
        if (!isKnown)
            return Unauthorized(
                "unauthorized to access repository", Challenge(context, TokenPath, "harbor-registry", request.Repository));
        string project = request.Repository.Split('/')[0];
        return project.Length == 0 || Projects.ContainsKey(project) ? null
            : Unauthorized($"project {project} not found: project {project} not found", "");
    }

    private protected override async Task TokenAsync(HttpContext context)
    {
        string token = Guid.NewGuid().ToString("N");
        if (!IsBasic(context.Request.Headers.Authorization))
        {
            context.Response.StatusCode = 401;
            return;
        }

        _tokens[token] = true;
        await WriteAsync(context, 200, $$"""{"token":"{{token}}","expires_in":1800}""");
    }

    private protected override async Task ApiAsync(HttpContext context)
    {
        if (!IsBasic(context.Request.Headers.Authorization))
        {
            await WriteAsync(context, 401, """{"errors":[{"code":"UNAUTHORIZED","message":"unauthorized"}]}""");
            return;
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            string sought = context.Request.Query["project_name"].ToString();
            OnLook(sought);
            context.Response.StatusCode = Projects.ContainsKey(sought) ? 200 : 404;
            return;
        }

        JsonElement document = await ReadAsync(context);
        string name = document.GetProperty("project_name").GetString()!;
        OnCreate(name);
        if (!MayCreate)
            await WriteAsync(context, 403, """{"errors":[{"code":"FORBIDDEN","message":"forbidden"}]}""");
        else if (!Projects.TryAdd(name, true))
            await WriteAsync(context, 409, $$"""{"errors":[{"code":"CONFLICT","message":"The project named {{name}} already exists"}]}""");
        else
        {
            NoteCreated(document);
            context.Response.StatusCode = 201;
        }
    }

    private bool IsBasic(string? authorization) =>
        authorization == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Login.User}:{Login.Password}"));

    private static Fault Unauthorized(string message, string challenge) => Fault.Status(
        401, $$"""{"errors":[{"code":"UNAUTHORIZED","message":"{{message}}"}]}""", null, ("WWW-Authenticate", challenge));
}
