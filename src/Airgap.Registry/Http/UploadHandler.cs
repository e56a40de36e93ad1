using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Registry.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Airgap.Registry.Http;

/// <summary>Uploads of blobs: in one request, in chunks, or by mounting an existing blob.</summary>
/// <remarks>Source: OCI distribution specification 1.1, "Pushing Blobs".</remarks>
internal sealed class UploadHandler(BlobStorage blobs, UploadStorage uploads)
{
    /// <summary>Answers a request. On a full disk, uploads that nobody continues are removed.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The repository.</param>
    /// <param name="id">The upload; null for a new one.</param>
    public async Task HandleAsync(HttpContext context, string name, string? id = null)
    {
        try
        {
            await (id is null ? StartAsync(context, name) : ContinueAsync(context, name, id));
        }
        catch (Exception e) when (FullDisk.Caused(e))
        {
            uploads.DropIdle();
            throw;
        }
    }

    private async Task StartAsync(HttpContext context, string name)
    {
        HttpRequest request = context.Request;
        if (!HttpMethods.IsPost(request.Method))
            throw Refusal.Method(request.Method, "POST");
        if (request.Query["mount"] is [{ Length: > 0 } mount] && TryMount(name, DigestOf(mount), request.Query["from"]))
        {
            Created(context, name, Digest.Parse(mount));
            return;
        }

        Digest? digest = request.Query["digest"] is [{ Length: > 0 } text] ? DigestOf(text) : null;
        UploadSession session = uploads.Start(name) ?? throw Refusal.TooManyUploads();

        // A client that sends the digest but no bytes means to send them later, unless there are none to send.
        if (digest is { } whole && (HasBody(request) || whole == Digest.ComputeLike(whole, [])))
            await FinishNewAsync(context, session, whole);
        else
            Accepted(context, session);
    }

    // The client does not know the upload's address, so it cannot continue it.
    private async Task FinishNewAsync(HttpContext context, UploadSession session, Digest digest)
    {
        try
        {
            await FinishAsync(context, session, digest);
        }
        catch
        {
            uploads.Abandon(session);
            throw;
        }
    }

    private async Task ContinueAsync(HttpContext context, string name, string id)
    {
        UploadSession session = uploads.Find(name, id) ?? throw Refusal.UploadUnknown();
        string method = context.Request.Method;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method))
        {
            Progress(context, session);
            ResponseWriter.Empty(context, StatusCodes.Status204NoContent, LocationOf(session));
        }
        else if (HttpMethods.IsPatch(method))
        {
            using (UploadLock.Lease lease = await EnterAsync(context, session))
                await AppendAsync(context, session, HashAlgorithmName.SHA256, lease.Token);
            Accepted(context, session);
        }
        else if (HttpMethods.IsPut(method))
        {
            string digest = context.Request.Query["digest"].ToString();
            await FinishAsync(context, session, DigestOf(digest));
        }
        else if (HttpMethods.IsDelete(method))
        {
            using (await EnterAsync(context, session))
                uploads.Remove(session);
            ResponseWriter.Empty(context, StatusCodes.Status204NoContent);
        }
        else
        {
            throw Refusal.Method(method, "GET, HEAD, PATCH, PUT, DELETE");
        }
    }

    // Without a body, a request need not give its length.
    private static bool HasBody(HttpRequest request) => request.ContentLength is not 0
        && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false };

    private bool TryMount(string name, Digest digest, string? from) =>
        (string.IsNullOrEmpty(from) || Names.IsRepository(from)) && blobs.TryMount(name, digest, string.IsNullOrEmpty(from) ? null : from);

    private async Task FinishAsync(HttpContext context, UploadSession session, Digest digest)
    {
        using (UploadLock.Lease lease = await EnterAsync(context, session))
        {
            await AppendAsync(context, session, digest.HashAlgorithm, lease.Token);
            try
            {
                if (!await uploads.TryFinishAsync(session, digest, lease.Token))
                    throw Refusal.DigestMismatch(digest);
            }
            catch (OperationCanceledException)
            {
                throw Refusal.UploadTakenOver();
            }
        }

        Created(context, session.Name, digest);
    }

    private static async Task<UploadLock.Lease> EnterAsync(HttpContext context, UploadSession session)
    {
        UploadLock.Lease lease;
        try
        {
            lease = await session.EnterAsync(context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            throw Refusal.UploadTakenOver();
        }

        if (!session.IsClosed)
            return lease;
        lease.Dispose();
        throw Refusal.UploadUnknown();
    }

    private static async Task AppendAsync(
        HttpContext context, UploadSession session, HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        CheckOrder(context, session);
        try
        {
            await session.AppendAsync(context.Request.Body, algorithm, cancellationToken);
        }
        catch (UploadCutException)
        {
            throw Refusal.UploadInvalid("the request broke off");
        }
        catch (UploadTooLongException)
        {
            throw Refusal.BlobTooLarge();
        }
    }

    private static void CheckOrder(HttpContext context, UploadSession session)
    {
        string header = context.Request.Headers.ContentRange.ToString();
        if (header.Length == 0)
            return;
        if (!ChunkRange.TryRead(header, out long start, out long end))
            throw Refusal.UploadInvalid($"'{header}' is not a Content-Range of the form START-END");
        if (start != session.Length)
        {
            Progress(context, session);
            context.Response.Headers.Location = LocationOf(session);
            throw Refusal.UploadOutOfOrder(start, session.Length);
        }

        if (context.Request.ContentLength is { } length && length != end - start + 1)
            throw Refusal.UploadInvalid($"Content-Range gives {end - start + 1} bytes, but Content-Length {length}");
    }

    private static void Accepted(HttpContext context, UploadSession session)
    {
        Progress(context, session);
        ResponseWriter.Empty(context, StatusCodes.Status202Accepted, LocationOf(session));
    }

    private static void Created(HttpContext context, string name, Digest digest)
    {
        ResponseWriter.Describe(context, digest);
        ResponseWriter.Empty(context, StatusCodes.Status201Created, $"/v2/{name}/blobs/{digest}");
    }

    // "0-0" means zero bytes as well as one byte; the specification has no other form for either.
    private static void Progress(HttpContext context, UploadSession session)
    {
        context.Response.Headers.Range = $"0-{Math.Max(0, session.Length - 1)}";
        context.Response.Headers["Docker-Upload-UUID"] = session.Id.ToString("D");
    }

    private static string LocationOf(UploadSession session) => $"/v2/{session.Name}/blobs/uploads/{session.Id:D}";

    private static Digest DigestOf(string text) => Digest.TryParse(text, out Digest digest) ? digest : throw Refusal.DigestInvalid(text);
}
