using Microsoft.AspNetCore.Http;
using static Airgap.Oci.Tests.Client.Infra.ResumedUploads;

namespace Airgap.Oci.Tests.Client.Infra;

/// <summary>A repository's uploads, with the special requirements of some registries.</summary>
internal sealed class ScriptedSessions
{
    public ScriptedSessions(ScriptedServer server) => server.OnRequest = AnswerAsync;

    public MemoryStream Held { get; private set; } = new();

    public List<string> Ranges { get; } = [];

    public int Corrected { get; private set; }

    /// <summary>Confirms only half of the first chunk.</summary>
    public bool Understate { get; set; }

    public long Minimum { get; init; }

    public long Most { get; init; } = long.MaxValue;

    public int PatchStatus { get; init; } = 202;

    private async Task AnswerAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        switch (request.Method)
        {
            case "POST":
                Held = new();
                if (Minimum > 0)
                    context.Response.Headers["OCI-Chunk-Min-Length"] = $"{Minimum}";
                await context.Empty(202, $"/v2/{Name}/blobs/uploads/1");
                break;
            case "GET":
                await ProgressAsync(context, 204, Held.Length);
                break;
            case "HEAD":
                await context.Empty(404);
                break;
            case "PATCH" when PatchStatus >= 400:
                await context.Error(PatchStatus, "UNSUPPORTED", "no chunks");
                break;
            case "PATCH":
                Ranges.Add(request.Headers.ContentRange.ToString());
                byte[] chunk = await context.ReadBody();
                if (chunk.Length > Most)
                {
                    await context.Empty(413);
                }
                else if (!Ranges[^1].StartsWith($"{Held.Length}-", StringComparison.Ordinal))
                {
                    Corrected++;
                    await ProgressAsync(context, 416, Held.Length);
                }
                else
                {
                    await Held.WriteAsync(chunk);
                    await ProgressAsync(context, 202, Understate ? Held.Length / 2 : Held.Length);
                    Understate = false;
                }

                break;
            default:
                await Held.WriteAsync(await context.ReadBody());
                await context.Empty(Digest.TryParse(request.Query["digest"]!, out Digest digest)
                    && digest == Digest.Compute(Held.ToArray()) ? 201 : 400);
                break;
        }
    }

    private static Task ProgressAsync(HttpContext context, int status, long length)
    {
        context.Response.Headers.Range = $"0-{Math.Max(0, length - 1)}";
        return context.Empty(status, $"/v2/{Name}/blobs/uploads/1?at={length}");
    }
}
