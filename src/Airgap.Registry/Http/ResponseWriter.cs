using System.Buffers;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Registry.Storage;
using Microsoft.AspNetCore.Http;

namespace Airgap.Registry.Http;

/// <summary>Writes responses.</summary>
internal static class ResponseWriter
{
    /// <summary>Answers without a body.</summary>
    public static void Empty(HttpContext context, int status, string? location = null)
    {
        context.Response.StatusCode = status;
        if (location is not null)
            context.Response.Headers.Location = location;
        if (status != StatusCodes.Status204NoContent && status != StatusCodes.Status304NotModified)
            context.Response.ContentLength = 0;
    }

    /// <summary>Answers with an error's JSON.</summary>
    public static Task ErrorAsync(HttpContext context, Refusal refusal)
    {
        context.Response.StatusCode = refusal.Status;
        context.Response.Headers.Allow = refusal.Allowed;

        // The headers described content that is not sent.
        context.Response.Headers.ETag = default;
        context.Response.Headers.LastModified = default;
        if (refusal.Status != StatusCodes.Status416RangeNotSatisfiable)
            context.Response.Headers.ContentRange = default;
        context.Response.Headers.CacheControl = default;
        context.Response.Headers["Docker-Content-Digest"] = default;
        return JsonAsync(context, "application/json", json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("errors");
            foreach (string message in refusal.Further.Prepend(refusal.Message))
            {
                json.WriteStartObject();
                json.WriteString("code", refusal.Code);
                json.WriteString("message", message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary>Answers with JSON.</summary>
    public static async Task JsonAsync(HttpContext context, string mediaType, Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        using (Utf8JsonWriter json = new(buffer, JsonBytes.Unescaped))
            write(json);
        context.Response.ContentType = mediaType;
        context.Response.ContentLength = buffer.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.BodyWriter.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }

    /// <summary>Sets the headers that identify the content.</summary>
    public static void Describe(HttpContext context, Digest digest)
    {
        context.Response.Headers["Docker-Content-Digest"] = digest.ToString();
        context.Response.Headers.ETag = $"\"{digest}\"";
    }

    /// <summary>True when the client already has the content; the response is then 304.</summary>
    public static bool IsNotModified(HttpContext context, Digest digest)
    {
        foreach (string? tags in context.Request.Headers.IfNoneMatch)
        {
            if (tags is not null && (tags.Trim() == "*" || tags.Contains($"\"{digest}\"", StringComparison.Ordinal)))
            {
                Empty(context, StatusCodes.Status304NotModified);
                return true;
            }
        }

        return false;
    }

    /// <summary>Sends a part of content as the body.</summary>
    public static async Task ContentAsync(HttpContext context, StoredContent content, long offset, long count)
    {
        if (HttpMethods.IsHead(context.Request.Method))
            content.Check();
        context.Response.ContentLength = count;
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        if (await content.SendAsync(context.Response.BodyWriter, offset, count, context.RequestAborted))
            return;

        throw content.Damage() ?? Refusal.Spoiled();
    }
}
