using System.Buffers;
using System.Globalization;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Registry.Storage;
using Microsoft.AspNetCore.Http;

namespace Airgap.Registry.Http;

/// <summary>Manifests by tag or digest: read, store, remove.</summary>
internal sealed class ManifestHandler(IRegistryContent content, RegistryStorage? storage)
{
    public Task HandleAsync(HttpContext context, string name, string reference)
    {
        Digest? digest = null;
        if (reference.Contains(':'))
            digest = Digest.TryParse(reference, out Digest parsed) ? parsed : throw Refusal.DigestInvalid(reference);
        else if (!Names.IsTag(reference))
            throw Refusal.TagInvalid(reference);

        string method = context.Request.Method;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method))
            return SendAsync(context, name, reference, digest);
        if (HttpMethods.IsPut(method) && storage is not null)
            return StoreAsync(context, storage, name, reference, digest);
        if (!HttpMethods.IsDelete(method) || storage is null)
            throw Refusal.Method(method, "GET, HEAD, PUT, DELETE");
        DateTimeOffset? condition = context.Request.GetTypedHeaders().IfUnmodifiedSince;
        if (!storage.Gates.Remove(
            name,
            () => digest is { } known
                ? IsOlder(storage.Manifests.StoredAt(name, known), condition, reference) && storage.Manifests.Delete(name, known)
                : storage.Tags.Delete(name, reference)))
            throw Refusal.ManifestUnknown(reference);
        if (digest is not null)
            storage.Sweep.Begin(name);
        ResponseWriter.Empty(context, StatusCodes.Status202Accepted);
        return Task.CompletedTask;
    }

    // Another client may have pushed it since, perhaps with a tag, and may rely on it. The header has whole seconds, as
    // Last-Modified has.
    private static bool IsOlder(DateTime? stored, DateTimeOffset? condition, string reference) =>
        stored is not { } time || condition is not { } since || time < since.UtcDateTime.AddSeconds(1)
            ? true : throw Refusal.Renewed(reference);

    private async Task SendAsync(HttpContext context, string name, string reference, Digest? asked)
    {
        Digest digest = asked ?? content.ResolveTag(name, reference) ?? throw Refusal.ManifestUnknown(reference);
        using StoredManifest manifest = content.OpenManifest(name, digest) ?? throw Refusal.ManifestUnknown(reference);
        ResponseWriter.Describe(context, digest);
        if (manifest.Stored is { } stored)
            context.Response.Headers.LastModified = stored.ToString("R", CultureInfo.InvariantCulture);
        if (ResponseWriter.IsNotModified(context, digest))
            return;
        context.Response.ContentType = MediaTypeName.IsValid(manifest.MediaType) ? manifest.MediaType : MediaTypes.OciManifest;
        await ResponseWriter.ContentAsync(context, manifest.Content, 0, manifest.Content.Length);
    }

    private static async Task StoreAsync(HttpContext context, RegistryStorage storage, string name, string reference, Digest? asked)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(context.Request.ContentLength ?? 64 * 1024, Manifest.MaxBytes) + 1);
        try
        {
            int length = 0;
            while (await context.Request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted) is > 0 and int read)
            {
                length += read;
                if (length > Manifest.MaxBytes)
                    throw Refusal.ManifestTooLarge();
                if (length == buffer.Length)
                    buffer = Grow(buffer);
            }

            await StoreAsync(context, storage, name, reference, asked, buffer.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task StoreAsync(
        HttpContext context, RegistryStorage storage, string name, string reference, Digest? asked, ReadOnlyMemory<byte> content)
    {
        Digest digest = asked is { } expected ? Digest.ComputeLike(expected, content.Span) : Digest.Compute(content.Span);
        if (asked is { } given && given != digest)
            throw Refusal.DigestMismatch(given);
        ManifestSummary summary = ManifestSummary.TryRead(content, out string? problem) ?? throw Refusal.ManifestInvalid(problem!);
        if (summary.Ambiguity is { } ambiguity)
            throw Refusal.ManifestInvalid(ambiguity);
        if (MediaTypes.IsSchema1(summary.MediaType))
            throw Refusal.ManifestInvalid("it is in the registry v1 (schema 1) format");
        CheckContentType(context.Request, summary.MediaType);

        // The gate keeps what the manifest refers to until the manifest is stored. If it was removed before, its old
        // tags are cleared first, so that they do not reappear with it.
        string? tag = asked is null ? reference : null;
        bool stored = false;
        while (!stored)
        {
            if (storage.Marks.IsMarked(name, digest))
                await storage.Sweep.RunAsync(name, context.RequestAborted);
            storage.Gates.Add(name, tag, () => stored = TryStore(storage, name, tag, digest, summary, content.Span));
        }

        if (summary.Subject is { } subject)
            context.Response.Headers["OCI-Subject"] = subject.ToString();
        ResponseWriter.Describe(context, digest);
        ResponseWriter.Empty(context, StatusCodes.Status201Created, $"/v2/{name}/manifests/{digest}");
    }

    private static bool TryStore(
        RegistryStorage storage, string name, string? tag, Digest digest, ManifestSummary summary, ReadOnlySpan<byte> content)
    {
        if (storage.Marks.IsMarked(name, digest))
            return false;

        // Clients learn from the refusal all that they have to send, as from docker-registry.
        Digest[] blobs = [.. summary.Blobs.Where(blob => !storage.Blobs.Exists(name, blob)).Take(Refusal.MostNamed)];
        if (blobs.Length > 0)
            throw Refusal.ManifestBlobUnknown(blobs, "blob");
        Digest[] children = storage.TakesSparseIndexes
            ? [] : [.. summary.Children.Where(child => !storage.Manifests.Exists(name, child)
                && !(summary.Loose.Contains(child) && storage.Blobs.Exists(name, child))).Take(Refusal.MostNamed)];
        if (children.Length > 0)
            throw Refusal.ManifestBlobUnknown(children, "manifest");

        if (tag is not null && storage.Tags.Prepare(name, tag) is { } why)
            throw Refusal.TagNotHeld(tag, why);
        storage.Manifests.Write(name, digest, content, tag);
        return true;
    }

    // Only the bytes are stored, so a different Content-Type would be lost.
    private static void CheckContentType(HttpRequest request, string mediaType)
    {
        string given = (request.ContentType ?? "").Split(';')[0].Trim();
        if (given != mediaType && (MediaTypes.IsImageManifest(given) || MediaTypes.IsIndex(given) || MediaTypes.IsSchema1(given)))
            throw Refusal.ManifestInvalid($"it is sent as {given} but declares itself as {mediaType}");
    }

    private static byte[] Grow(byte[] buffer)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 2, Manifest.MaxBytes + 1));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
