using System.Buffers;
using System.Text.Json;
using Airgap.Oci;
using Microsoft.AspNetCore.Http;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Registry.Http;

/// <summary>Writes what handlers answer with.</summary>
internal static class Answers
{
    private const int BufferSize = 128 * 1024;

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
        return JsonAsync(context, "application/json", json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("errors");
            json.WriteStartObject();
            json.WriteString("code", refusal.Code);
            json.WriteString("message", refusal.Message);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary>Answers with JSON.</summary>
    public static async Task JsonAsync(HttpContext context, string mediaType, Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        using (Utf8JsonWriter json = new(buffer))
            write(json);
        context.Response.ContentType = mediaType;
        context.Response.ContentLength = buffer.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.BodyWriter.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }

    /// <summary>Says which content an answer is or would be.</summary>
    public static void Describe(HttpContext context, Digest digest)
    {
        context.Response.Headers["Docker-Content-Digest"] = digest.ToString();
        context.Response.Headers.ETag = $"\"{digest}\"";
    }

    /// <summary>Whether the client has the content already, which is then answered with 304.</summary>
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

    /// <summary>Sends a part of a file as the body.</summary>
    public static async Task FileAsync(HttpContext context, SafeFileHandle file, long offset, long count)
    {
        context.Response.ContentLength = count;
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        System.IO.Pipelines.PipeWriter writer = context.Response.BodyWriter;
        CancellationToken aborted = context.RequestAborted;
        while (count > 0)
        {
            // Read straight into the connection's buffers: no copy in between.
            Memory<byte> memory = writer.GetMemory((int)Math.Min(count, BufferSize));
            memory = memory[..(int)Math.Min(count, memory.Length)];
            int read = await RandomAccess.ReadAsync(file, memory, offset, aborted);
            if (read == 0)
            {
                // The file was cut while it was sent. Ending here would look like the whole of it.
                context.Abort();
                return;
            }

            writer.Advance(read);
            offset += read;
            count -= read;
            if ((await writer.FlushAsync(aborted)).IsCompleted)
                return;
        }
    }
}
