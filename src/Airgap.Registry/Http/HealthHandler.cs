using Airgap.Registry.Storage;
using Microsoft.AspNetCore.Http;

namespace Airgap.Registry.Http;

/// <summary>Answers whether the registry can serve its content: 200, or 503 with the reason. Needs no login.</summary>
internal static class HealthHandler
{
    /// <summary>The path of the check.</summary>
    public const string Path = "/health";

    public static Task HandleAsync(HttpContext context, IRegistryContent content)
    {
        string? problem = content.FindProblem();
        context.Response.StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.CacheControl = "no-store";
        return ResponseWriter.JsonAsync(context, "application/json", json =>
        {
            json.WriteStartObject();
            json.WriteString("status", problem is null ? "ok" : "failing");

            // Anyone may ask, so the response names no paths.
            if (problem is not null)
                json.WriteString("problem", "The content has changed or no longer exists; start the registry again.");
            json.WriteEndObject();
        });
    }
}
