using System.Text;
using Airgap.Oci.Content;
using Microsoft.AspNetCore.Http;

namespace Airgap.Oci.Tests.Client.Infra;

/// <summary>Responses of registries.</summary>
internal static class Responses
{
    private static readonly Digest s_emptyConfig = Digest.Compute("{}"u8);

    public static Task Error(this HttpContext context, int status, string code, string message) =>
        context.Json(status, $$$"""{"errors":[{"code":"{{{code}}}","message":"{{{message}}}","detail":{}}]}""");

    public static async Task Json(this HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body);
    }

    public static async Task Bytes(this HttpContext context, byte[] body, string type = "application/octet-stream", int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(body);
    }

    public static Task Manifest(this HttpContext context, byte[] body, string type = MediaTypes.OciManifest)
    {
        context.Response.Headers["Docker-Content-Digest"] = Digest.Compute(body).ToString();
        return context.Bytes(body, type);
    }

    public static Task Empty(this HttpContext context, int status, string? location = null)
    {
        context.Response.StatusCode = status;
        if (location is not null)
            context.Response.Headers.Location = location;
        return Task.CompletedTask;
    }

    public static Task Challenge(this HttpContext context, string challenge, int status = 401)
    {
        context.Response.Headers.WWWAuthenticate = challenge;
        return context.Error(status, "UNAUTHORIZED", "authentication required");
    }

    public static async Task<byte[]> ReadBody(this HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    /// <summary>A manifest that parses, different for each text.</summary>
    public static byte[] ManifestBytes(string text = "") => Encoding.UTF8.GetBytes($$"""
        {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{"mediaType":"{{MediaTypes.OciConfig}}","size":2,
        "digest":"{{s_emptyConfig}}" },"layers":[],"annotations":{"text":"{{text}}"} }
        """);

    /// <summary>Bytes that are the same in each run and hardly compressible.</summary>
    public static byte[] Blob(int size, int seed = 1)
    {
        byte[] bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
