using Airgap.Oci.Files;
using Microsoft.AspNetCore.Http;

namespace Airgap.Registry.Http;

/// <summary>
/// The body of a request. Its bytes are counted, because a body that is sent in chunks has no Content-Length. A read fails if no byte
/// arrives for long: a client that has vanished without closing the connection would occupy it, and its upload, forever.
/// </summary>
internal sealed class RequestBody : UnseekableStream
{
    private readonly Stream _body;
    private readonly TimeSpan _patience;
    private readonly CancellationTokenSource _idle;

    /// <param name="body">The bytes as they arrive.</param>
    /// <param name="patience">How long to wait for the next bytes.</param>
    /// <param name="clock">Measures it.</param>
    public RequestBody(Stream body, TimeSpan patience, TimeProvider clock)
    {
        (_body, _patience) = (body, patience);
        _idle = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
    }

    /// <summary>The number of bytes read so far.</summary>
    public long Count { get; private set; }

    public override bool CanRead => true;

    public override bool CanWrite => false;

    /// <summary>Puts it in the place of a request's body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="patience">How long to wait for the next bytes.</param>
    public static void Begin(HttpRequest request, TimeSpan patience)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return;
        RequestBody body = new(request.Body, patience, TimeProvider.System);
        request.Body = body;
        request.HttpContext.Response.RegisterForDispose(body);
    }

    /// <summary>The length of a request's body, or what was read of one that did not tell it.</summary>
    public static long LengthOf(HttpRequest request) => request.ContentLength ?? (request.Body as RequestBody)?.Count ?? 0;

    /// <inheritdoc/>
    /// <exception cref="TimeoutException">No byte arrived for long.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using CancellationTokenRegistration caller = cancellationToken.UnsafeRegister(
            static source => ((CancellationTokenSource)source!).Cancel(), _idle);
        _idle.CancelAfter(_patience);
        try
        {
            int read = await _body.ReadAsync(buffer, _idle.Token);
            Count += read;
            return read;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
        finally
        {
            _idle.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _idle.Dispose();
        base.Dispose(disposing);
    }
}
