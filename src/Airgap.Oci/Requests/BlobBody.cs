using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>The body of one response with a blob's bytes.</summary>
/// <param name="Response">The answer.</param>
/// <param name="Stream">Its body.</param>
/// <param name="Skip">The number of bytes at its beginning to skip, because the server sent the whole blob.</param>
/// <param name="IsPartial">Whether a part was requested and returned.</param>
internal sealed record BlobBody(HttpResponseMessage Response, Stream Stream, long Skip, bool IsPartial) : IDisposable
{
    public Uri Address => Response.RequestMessage!.RequestUri!;

    /// <summary>True after <see cref="End"/>: another request has to continue.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Ends it before the blob's end.</summary>
    /// <param name="failure">The failure that reports this.</param>
    /// <returns>That failure; transient if the body has neither length nor chunks, so that a broken connection ends it, too.</returns>
    /// <remarks>Source: RFC 9112, section 6.3.</remarks>
    public Exception End(AirgapException failure)
    {
        HasEnded = true;
        return Response.Version.Major == 1 && Response.Content.Headers.ContentLength is null
            && Response.Headers.TransferEncodingChunked != true ? new TransientException(failure) : failure;
    }

    public void Dispose()
    {
        Stream.Dispose();
        Response.Dispose();
    }
}
