using Airgap.Registry.Storage;
using Microsoft.AspNetCore.Http;

namespace Airgap.Registry.Http;

/// <summary>Says whether the registry can hand out its content: 200, or 503 with the reason. Nobody has to log in for it.</summary>
internal static class HealthHandler
{
    /// <summary>Where it is asked.</summary>
    public const string Path = "/health";

    public static Task HandleAsync(HttpContext context, IRegistryContent content)
    {
        string? problem = content.FindProblem();
        context.Response.StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.CacheControl = "no-store";
        return Answers.JsonAsync(context, "application/json", json =>
        {
            json.WriteStartObject();
            json.WriteString("status", problem is null ? "ok" : "failing");

            // Who asks may be anybody, so paths stay here.
            if (problem is not null)
                json.WriteString("problem", "The content has changed or is gone; start the registry again.");
            json.WriteEndObject();
        });
    }
}
