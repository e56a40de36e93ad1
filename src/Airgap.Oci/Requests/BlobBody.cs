namespace Airgap.Oci.Requests;

/// <summary>The body of one response with a blob's bytes.</summary>
/// <param name="Response">The answer.</param>
/// <param name="Stream">Its body.</param>
/// <param name="Skip">The number of bytes at its beginning to skip, because the server sent the whole blob.</param>
/// <param name="IsPartial">Whether a part was requested and returned.</param>
internal sealed record BlobBody(HttpResponseMessage Response, Stream Stream, long Skip, bool IsPartial) : IDisposable
{
    public Uri Address => Response.RequestMessage!.RequestUri!;

    public void Dispose()
    {
        Stream.Dispose();
        Response.Dispose();
    }
}
