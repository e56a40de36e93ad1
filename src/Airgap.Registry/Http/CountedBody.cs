using Airgap.Oci.Files;
using Microsoft.AspNetCore.Http;

namespace Airgap.Registry.Http;

/// <summary>Counts the bytes of a request's body as they are read. A body that is sent in chunks has no Content-Length.</summary>
internal sealed class CountedBody : UnseekableStream
{
    private readonly Stream _body;

    private CountedBody(Stream body) => _body = body;

    /// <summary>The number of bytes read so far.</summary>
    public long Count { get; private set; }

    public override bool CanRead => true;

    public override bool CanWrite => false;

    /// <summary>Counts the bytes of a request from here on, if it does not tell their number.</summary>
    public static void Begin(HttpRequest request)
    {
        if (request.ContentLength is null && !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
            request.Body = new CountedBody(request.Body);
    }

    /// <summary>The length of a request's body, or what was read of one that did not tell it.</summary>
    public static long LengthOf(HttpRequest request) => request.ContentLength ?? (request.Body as CountedBody)?.Count ?? 0;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Note(await _body.ReadAsync(buffer, cancellationToken));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Note(_body.Read(buffer, offset, count));

    public override void Flush()
    {
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Note(int read)
    {
        Count += read;
        return read;
    }
}
