using System.Globalization;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Microsoft.AspNetCore.Http;

namespace Airgap.Oci.Tests.Client;

/// <summary>A blob, and servers that send it whole, in ranges or in pieces.</summary>
public abstract class BlobDownloadTestBase
{
    private protected static readonly byte[] s_bytes = Responses.Blob(300_000);
    private protected static readonly Descriptor s_wanted = new("application/octet-stream", Digest.Compute(s_bytes), s_bytes.Length);

    private protected static CancellationToken None => CancellationToken.None;

    private protected static async Task<byte[]> ReadAsync(IImageRepository repository, long offset = 0)
    {
        await using Stream stream = await repository.GetBlob(s_wanted).OpenAsync(offset, None);
        using MemoryStream target = new();
        await stream.CopyToAsync(target);
        return target.ToArray();
    }

    private protected static (int From, int End)? RangeOf(HttpContext context) =>
        context.Request.Headers.Range.ToString() is { Length: > 0 } header && header["bytes=".Length..].Split('-') is [var first, var last]
            ? (int.Parse(first, CultureInfo.InvariantCulture),
                last.Length == 0 ? s_bytes.Length : int.Parse(last, CultureInfo.InvariantCulture) + 1)
            : null;

    private protected static Task ServeRanges(HttpContext context)
    {
        if (RangeOf(context) is not { } range)
            return context.Bytes(s_bytes);
        (int from, int end) = range;
        context.Response.Headers.ContentRange = $"bytes {from}-{end - 1}/{s_bytes.Length}";
        return context.Bytes(s_bytes[from..end], status: 206);
    }

    private protected static async Task ServeAndBreak(HttpContext context, bool ranges, int count)
    {
        (int from, int end) = (0, s_bytes.Length);
        if (ranges && RangeOf(context) is { } range)
        {
            (from, end) = range;
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{end - 1}/{s_bytes.Length}";
        }

        context.Response.ContentLength = end - from;
        count = Math.Min(count, end - from);
        await context.Response.Body.WriteAsync(s_bytes.AsMemory(from, count));
        await context.Response.Body.FlushAsync();
        if (from + count < end)
            await FinishConnection(context);
    }

    // Closing the connection regularly delivers the sent bytes; Abort may discard them.
    private protected static Task FinishConnection(HttpContext context) =>
        Task.FromException(new InvalidOperationException("The connection ends here."));
}
