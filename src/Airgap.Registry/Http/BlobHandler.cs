using Airgap.Oci;
using Airgap.Registry.Storage;
using Microsoft.AspNetCore.Http;

namespace Airgap.Registry.Http;

/// <summary>Blobs by digest: read, check, remove from the repository.</summary>
internal sealed class BlobHandler(IRegistryContent content, RegistryStorage? storage)
{
    public Task HandleAsync(HttpContext context, string name, string reference)
    {
        if (!Digest.TryParse(reference, out Digest digest))
            throw Refusal.DigestInvalid(reference);
        string method = context.Request.Method;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method))
            return SendAsync(context, name, digest);
        if (!HttpMethods.IsDelete(method) || storage is null)
            throw Refusal.Method(method, "GET, HEAD, DELETE");
        if (!storage.Gates.Remove(name, () => storage.Blobs.Unlink(name, digest)))
            throw Refusal.BlobUnknown(digest);
        ResponseWriter.Empty(context, StatusCodes.Status202Accepted);
        return Task.CompletedTask;
    }

    private async Task SendAsync(HttpContext context, string name, Digest digest)
    {
        // A client that asks for a blob intends to refer to it.
        if (HttpMethods.IsHead(context.Request.Method))
            storage?.Blobs.Renew(name, digest);
        using StoredContent blob = content.OpenBlob(name, digest) ?? throw Refusal.BlobUnknown(digest);
        long length = blob.Length;
        ResponseWriter.Describe(context, digest);
        context.Response.Headers.AcceptRanges = "bytes";
        context.Response.Headers.CacheControl = "max-age=31536000";
        if (ResponseWriter.IsNotModified(context, digest))
            return;

        ByteRange range = new(0, length);
        if (HttpMethods.IsGet(context.Request.Method) && RangeApplies(context.Request, digest))
        {
            switch (ByteRange.Read(context.Request.Headers.Range, length, out range))
            {
                case ByteRange.Verdict.Unsatisfiable:
                    context.Response.Headers.ContentRange = $"bytes */{length}";
                    throw Refusal.Range(length);
                case ByteRange.Verdict.Part:
                    context.Response.StatusCode = StatusCodes.Status206PartialContent;
                    context.Response.Headers.ContentRange = $"bytes {range.Offset}-{range.Offset + range.Count - 1}/{length}";
                    break;
            }
        }

        context.Response.ContentType = "application/octet-stream";
        await ResponseWriter.ContentAsync(context, blob, range.Offset, range.Count);
    }

    private static bool RangeApplies(HttpRequest request, Digest digest) =>
        request.Headers.IfRange is not [{ Length: > 0 } tag] || tag == $"\"{digest}\"";
}
