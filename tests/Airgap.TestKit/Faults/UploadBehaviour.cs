using System.Collections.Concurrent;
using Airgap.TestKit.Registries;
using Microsoft.AspNetCore.Http;

namespace Airgap.TestKit.Faults;

/// <summary>Departures of registries from the specification of blob uploads. Each was reported of a registry in use.</summary>
[Flags]
public enum UploadBehaviours
{
    None = 0,

    /// <summary>A PUT with a body is answered with 404 BLOB_UNKNOWN: Artifactory 6.</summary>
    NoWholePut = 1,

    /// <summary>The body of a PUT is ignored: Pulp, before 2023.</summary>
    IgnoredPutBody = 2,

    /// <summary>
    /// A PATCH with a Content-Range is answered 416, without a Range, when it is longer than <see cref="UploadBehaviour.LongestChunk"/>:
    /// GitHub.
    /// </summary>
    ShortChunks = 4,

    /// <summary>The Range of a response stays at the end of the first chunk, and the status is 201: Amazon.</summary>
    StaleRange = 8,

    /// <summary>The Range of a response counts from the beginning of the chunk: Aliyun, and earlier versions of Zot.</summary>
    RelativeRange = 16,

    /// <summary>A second chunk is refused: Google.</summary>
    OneChunk = 32,

    /// <summary>Every chunk is refused.</summary>
    NoChunks = 64,

    /// <summary>A PATCH fails with 500.</summary>
    ChunksCrash = 128,

    /// <summary>A PUT with a body fails with 500.</summary>
    WholePutCrashes = 256,

    /// <summary>An existing blob is refused: Nexus, without redeployment.</summary>
    BlobsOnce = 512,

    /// <summary>Blobs are never mounted, and a mount does not find existing ones: Amazon.</summary>
    NoMount = 1024,

    /// <summary>No body may be longer than <see cref="UploadBehaviour.LongestBody"/>: proxies.</summary>
    ShortBodies = 2048,
}

/// <summary>Makes a fixture's registry accept uploads in its own way.</summary>
public static class UploadBehaviour
{
    /// <summary>In bytes.</summary>
    public const int LongestChunk = 1024 * 1024;

    /// <summary>In bytes.</summary>
    public const int LongestBody = 1024 * 1024;

    /// <summary>For <see cref="RegistryFixture.OnRequest"/>. It knows only the blobs that it sees from now on.</summary>
    public static Func<RecordedRequest, HttpContext, Fault?> Of(UploadBehaviours behaviours)
    {
        ConcurrentDictionary<string, string> firstRanges = new();
        ConcurrentDictionary<string, bool> blobs = new();
        return (request, context) => Refusal(behaviours, request, context, blobs) is { } refusal
            ? Fault.Custom(async (inner, registry) =>
            {
                // Read to its end, so that the client receives the response.
                await inner.Request.Body.CopyToAsync(Stream.Null, inner.RequestAborted);
                await refusal.RunAsync(inner, registry);
            })
            : Fault.Custom(async (inner, registry) =>
            {
                Change(behaviours, request, inner, firstRanges);
                if (behaviours.HasFlag(UploadBehaviours.IgnoredPutBody) && request.Kind == RequestKind.UploadPut)
                {
                    await inner.Request.Body.CopyToAsync(Stream.Null, inner.RequestAborted);
                    inner.Request.Body = Stream.Null;
                    inner.Request.ContentLength = 0;
                }

                await registry(inner);
                if (request.Kind == RequestKind.UploadPut && inner.Response.StatusCode == 201)
                    blobs[request.Repository + Digest(inner)] = true;
            });
    }

    private static Fault? Refusal(
        UploadBehaviours behaviours, RecordedRequest request, HttpContext context, ConcurrentDictionary<string, bool> blobs)
    {
        long length = context.Request.ContentLength ?? 0;
        string? range = request.Header("Content-Range");
        return request.Kind switch
        {
            RequestKind.UploadPut or RequestKind.UploadPatch
                when length > LongestBody && behaviours.HasFlag(UploadBehaviours.ShortBodies) => Fault.Status(413),
            RequestKind.UploadPut when length > 0 && behaviours.HasFlag(UploadBehaviours.NoWholePut) =>
                Error(404, "BLOB_UNKNOWN", "blob unknown to registry"),
            RequestKind.UploadPut when length > 0 && behaviours.HasFlag(UploadBehaviours.WholePutCrashes) => Fault.Status(500),
            RequestKind.UploadPut when behaviours.HasFlag(UploadBehaviours.BlobsOnce)
                && blobs.ContainsKey(request.Repository + Digest(context)) =>
                Error(400, "BLOB_UPLOAD_INVALID", $"docker-hosted/v2/-/blobs/{Digest(context)} cannot be updated"),
            RequestKind.UploadPatch when range is not null && behaviours.HasFlag(UploadBehaviours.NoChunks) =>
                Error(405, "UNSUPPORTED", "The operation is unsupported."),
            RequestKind.UploadPatch when behaviours.HasFlag(UploadBehaviours.ChunksCrash) => Fault.Status(500),
            RequestKind.UploadPatch when range is not null && length > LongestChunk && behaviours.HasFlag(UploadBehaviours.ShortChunks) =>
                Fault.Status(416, "the request body is too large and exceeds the maximum permissible limit"),
            RequestKind.UploadPatch when range is not null && !range.StartsWith("0-", StringComparison.Ordinal)
                && behaviours.HasFlag(UploadBehaviours.OneChunk) =>
                Error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry"),
            _ => null,
        };
    }

    private static void Change(
        UploadBehaviours behaviours, RecordedRequest request, HttpContext context, ConcurrentDictionary<string, string> firstRanges)
    {
        if (behaviours.HasFlag(UploadBehaviours.NoMount) && request.Kind == RequestKind.UploadPost)
            context.Request.QueryString = QueryString.Empty;
        if (request.Kind is not (RequestKind.UploadPatch or RequestKind.UploadGet))
            return;
        long length = context.Request.ContentLength ?? 0;
        context.Response.OnStarting(() =>
        {
            if (!context.Response.Headers.ContainsKey("Range"))
                return Task.CompletedTask;
            if (behaviours.HasFlag(UploadBehaviours.StaleRange))
            {
                context.Response.Headers.Range = firstRanges.GetOrAdd(request.Reference, context.Response.Headers.Range.ToString());
                if (context.Response.StatusCode == 202)
                    context.Response.StatusCode = 201;
            }

            if (behaviours.HasFlag(UploadBehaviours.RelativeRange))
                context.Response.Headers.Range = $"0-{Math.Max(0, length - 1)}";
            return Task.CompletedTask;
        });
    }

    private static string Digest(HttpContext context) => context.Request.Query["digest"].ToString();

    private static Fault Error(int status, string code, string message) =>
        Fault.Status(status, $$"""{"errors":[{"code":"{{code}}","message":"{{message}}"}]}""");
}
