using System.Collections.Concurrent;
using System.Security.Cryptography;
using Airgap.TestKit.Registries;
using Microsoft.AspNetCore.Http;

namespace Airgap.TestKit.Faults;

/// <summary>Permitted peculiarities of registries.</summary>
[Flags]
public enum RegistryBehaviours
{
    None = 0,

    /// <summary>An existing tag cannot be moved.</summary>
    ImmutableTags = 1,

    /// <summary>There is no space for another blob.</summary>
    QuotaExceeded = 2,

    /// <summary>Every push is refused.</summary>
    ReadOnly = 4,

    /// <summary>DELETE is not supported.</summary>
    NoDelete = 8,

    /// <summary>Blobs are never mounted, and a mount does not find existing ones.</summary>
    NoMount = 16,

    /// <summary>HEAD of a manifest is not supported.</summary>
    NoManifestHead = 32,

    /// <summary>No response has a Docker-Content-Digest.</summary>
    NoContentDigest = 64,

    /// <summary>Tags are listed two at a time.</summary>
    PagedTags = 128,

    /// <summary>Every response is slow.</summary>
    Late = 256,
}

/// <summary>Gives a fixture's registry such a behaviour.</summary>
public static class RegistryBehaviour
{
    private static readonly TimeSpan s_lateness = TimeSpan.FromMilliseconds(20);

    /// <summary>For <see cref="RegistryFixture.OnRequest"/>. It knows only the tags that it sees from now on.</summary>
    public static Func<RecordedRequest, HttpContext, Fault?> Of(RegistryBehaviours behaviours)
    {
        ConcurrentDictionary<string, string> tags = new();
        return (request, _) => Fault.Custom(async (context, registry) =>
        {
            if (behaviours.HasFlag(RegistryBehaviours.Late))
                await Task.Delay(s_lateness, context.RequestAborted);
            if (behaviours.HasFlag(RegistryBehaviours.NoContentDigest))
            {
                context.Response.OnStarting(() =>
                {
                    context.Response.Headers.Remove("Docker-Content-Digest");
                    return Task.CompletedTask;
                });
            }

            if (await RefusalAsync(behaviours, request, context, tags) is { } refusal)
            {
                await refusal.RunAsync(context, registry);
                return;
            }

            if (behaviours.HasFlag(RegistryBehaviours.NoMount) && request.Kind == RequestKind.UploadPost)
                context.Request.QueryString = QueryString.Empty;
            if (behaviours.HasFlag(RegistryBehaviours.PagedTags) && request.Kind == RequestKind.TagsList)
            {
                string last = context.Request.Query["last"].ToString();
                context.Request.QueryString = last.Length == 0
                    ? new QueryString("?n=2") : new QueryString("?n=2&last=" + Uri.EscapeDataString(last));
            }

            await registry(context);
        });
    }

    private static async Task<Fault?> RefusalAsync(
        RegistryBehaviours behaviours, RecordedRequest request, HttpContext context, ConcurrentDictionary<string, string> tags)
    {
        switch (request.Kind)
        {
            case RequestKind.UploadPost or RequestKind.ManifestPut when behaviours.HasFlag(RegistryBehaviours.ReadOnly):
                return Error(405, "UNSUPPORTED", "The operation is unsupported.");
            case RequestKind.UploadPost or RequestKind.UploadPut when behaviours.HasFlag(RegistryBehaviours.QuotaExceeded):
                return Error(403, "DENIED",
                    "adding 12.3 MiB of storage resource, which when updated to current usage will exceed the configured upper limit of " +
                    "the quota");
            case RequestKind.ManifestDelete or RequestKind.BlobDelete or RequestKind.UploadDelete
                when behaviours.HasFlag(RegistryBehaviours.NoDelete):
                return Error(405, "UNSUPPORTED", "The operation is unsupported.");
            case RequestKind.ManifestHead when behaviours.HasFlag(RegistryBehaviours.NoManifestHead):
                return Error(405, "UNSUPPORTED", "The operation is unsupported.");
            case RequestKind.ManifestPut when behaviours.HasFlag(RegistryBehaviours.ImmutableTags) && !request.Reference.Contains(':'):
                MemoryStream body = new();
                await context.Request.Body.CopyToAsync(body, context.RequestAborted);
                string digest = Convert.ToHexStringLower(SHA256.HashData(body.ToArray()));
                body.Position = 0;
                context.Request.Body = body;
                return tags.GetOrAdd($"{request.Repository}:{request.Reference}", digest) == digest ? null
                    : Error(400, "TAG_INVALID",
                        $"The image tag '{request.Reference}' already exists in the '{request.Repository}' repository and cannot be " +
                        "overwritten because the tag is immutable.");
            default:
                return null;
        }
    }

    private static Fault Error(int status, string code, string message) =>
        Fault.Status(status, $$"""{"errors":[{"code":"{{code}}","message":"{{message}}"}]}""");
}
