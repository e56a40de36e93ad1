using System.Collections.Concurrent;
using System.Text.Json;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Microsoft.AspNetCore.Http;

namespace Airgap.TestKit.Services;

/// <summary>Makes a fixture's registry behave like a kind of registry with its own management API and token service.</summary>
/// <param name="apiPath">The beginning of the API's paths.</param>
/// <param name="tokenPath">The path of the token service.</param>
public abstract class FakeRegistryApi(string apiPath, string tokenPath)
{
    private readonly ConcurrentQueue<JsonElement> _created = new();

    /// <summary>Whether the user may create repositories or projects through the API.</summary>
    public bool MayCreate { get; set; } = true;

    /// <summary>Runs before a creation is carried out.</summary>
    public Action<string> OnCreate { get; set; } = _ => { };

    /// <summary>The documents of the creations.</summary>
    public IReadOnlyList<JsonElement> Created => [.. _created];

    /// <summary>For <see cref="RegistryFixture.OnRequest"/>; null as the host for every host.</summary>
    public Func<RecordedRequest, HttpContext, Fault?> Bend(string? host = null) => (request, context) =>
        host is not null && context.Request.Host.Value != host ? null
        : request.Path.StartsWith(apiPath, StringComparison.Ordinal) ? Fault.Custom((inner, _) => ApiAsync(inner))
        : request.Path == tokenPath ? Fault.Custom((inner, _) => TokenAsync(inner))
        : Refusal(request, context);

    /// <summary>The refusal of a request to the registry; null to serve it.</summary>
    private protected abstract Fault? Refusal(RecordedRequest request, HttpContext context);

    private protected abstract Task TokenAsync(HttpContext context);

    private protected abstract Task ApiAsync(HttpContext context);

    private protected static string Challenge(HttpContext context, string tokenPath, string service, string repository) =>
        $"Bearer realm=\"{context.Request.Scheme}://{context.Request.Host}{tokenPath}\",service=\"{service}\"" +
        (repository.Length == 0 ? "" : $",scope=\"repository:{repository}:pull,push\"");

    private protected static async Task<JsonElement> ReadAsync(HttpContext context) =>
        (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;

    private protected void NoteCreated(JsonElement document) => _created.Enqueue(document);

    private protected static async Task WriteAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json);
    }
}
