using Microsoft.AspNetCore.Http;

namespace Airgap.Oci.Tests.Client.Infra;

/// <summary>The uploads of a repository, one blob at a time.</summary>
internal sealed class ScriptedUpload
{
    private int _puts;

    /// <summary>The blob.</summary>
    public static byte[] Bytes { get; } = Responses.Blob(400_000);

    /// <summary>Its digest.</summary>
    public static string Hash { get; } = Digest.Compute(Bytes).ToString();

    /// <summary>Its digest as written in a URL.</summary>
    public static string Escaped { get; } = Uri.EscapeDataString(Hash);

    /// <summary>The request that finds it in the repository itself.</summary>
    public static string SelfMount { get; } = $"POST /v2/apps/web/blobs/uploads/?mount={Escaped}&from=apps%2Fweb";

    public ScriptedUpload(ScriptedServer server)
    {
        Server = server;
        server.OnRequest = AnswerAsync;
    }

    public ScriptedServer Server { get; }

    public string Location { get; init; } = "/v2/apps/web/blobs/uploads/1";

    public int MountStatus { get; init; } = 202;

    public int TakeAtMost { get; init; } = int.MaxValue;

    public Func<HttpContext, int, Task<bool>> OnPut { get; set; } = (_, _) => Task.FromResult(false);

    public byte[]? Stored { get; private set; }

    public MemoryStream Patched { get; } = new();

    public List<string> Ranges { get; } = [];

    public int Puts => _puts;

    public string LastPut => Server.Lines.Last(line => line.StartsWith("PUT ", StringComparison.Ordinal));

    public TaskCompletionSource<byte[]> FirstBody { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task AnswerAsync(HttpContext context)
    {
        switch (context.Request.Method)
        {
            case "POST" when MountStatus >= 400 && context.Request.QueryString.HasValue:
                await context.Error(MountStatus, "UNSUPPORTED", "no mounts");
                break;
            case "POST":
                await context.Empty(202, Location);
                break;
            case "DELETE":
                await context.Empty(204);
                break;
            case "HEAD":
                await context.Empty(404);
                break;
            case "PATCH":
                Ranges.Add(context.Request.Headers.ContentRange.ToString());
                byte[] chunk = await context.ReadBody();
                await Patched.WriteAsync(chunk.AsMemory(0, Math.Min(TakeAtMost, chunk.Length)));
                context.Response.Headers.Range = $"0-{Patched.Length - 1}";
                await context.Empty(202, $"/v2/apps/web/blobs/uploads/1?n={Ranges.Count}");
                break;
            default:
                if (await OnPut(context, Interlocked.Increment(ref _puts)))
                    break;
                try
                {
                    Stored = await context.ReadBody();
                    FirstBody.TrySetResult(Stored);
                }
                catch (Exception e)
                {
                    FirstBody.TrySetException(e);
                    throw;
                }

                await context.Empty(201);
                break;
        }
    }
}
