using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using Airgap.Oci.Auth;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>A blob of a repository, fetched when it is opened.</summary>
/// <remarks>Source: OCI distribution specification, "Pulling blobs"; RFC 9110, section 14 (ranges).</remarks>
internal sealed class RegistryBlob(Transport transport, RepositoryName repository, Descriptor descriptor) : IBlobContent
{
    public Descriptor Descriptor { get; } = descriptor;

    public RepositoryName Repository { get; } = repository;

    private readonly LayerUrls _urls = new(transport, repository, descriptor);

    public Operation Operation { get; } = Operation.OnBlob("download", repository, descriptor.Digest);

    public ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken) =>
        CallerContext.LeaveAsync(() => OpenAtAsync(offset, cancellationToken));

    private async ValueTask<Stream> OpenAtAsync(long offset, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Descriptor.Size);

        // The digest of embedded content was verified when it was read.
        if (Descriptor.Data is { } data && MemoryMarshal.TryGetArray(data, out ArraySegment<byte> bytes))
            return new MemoryStream(bytes.Array!, bytes.Offset + (int)offset, bytes.Count - (int)offset, writable: false);
        ResumingBlobStream stream = new(transport, this, offset);
        try
        {
            await stream.OpenAsync(cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    public Task<T> ReadWholeAsync<T>(Func<Stream, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        // The stream retries on its own; its final failures are not retried here, so that attempts do not multiply.
        int spoiled = 0;
        return CallerContext.LeaveAsync(() => transport.Retry.ExecuteAsync(
            async token =>
            {
                try
                {
                    Stream stream = await OpenAsync(0, token);
                    await using (stream)
                        return await read(stream, token);
                }
                catch (AirgapException e) when (e.Code == ErrorCode.DigestMismatch && e.Digest == Descriptor.Digest.ToString()
                    && spoiled++ < DigestRetries.MostRepeats)
                {
                    throw new TransientException(e);
                }
            },
            cancellationToken));
    }

    public ValueTask<Stream?> TryOpenPartAsync(long offset, long length, CancellationToken cancellationToken) =>
        CallerContext.LeaveAsync(() => OpenRangeAsync(offset, length, cancellationToken));

    private async ValueTask<Stream?> OpenRangeAsync(long offset, long length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Descriptor.Size);
        if (Descriptor.Data is not null)
            return null;
        ResumingBlobStream stream = new(transport, this, offset, offset + length);
        try
        {
            await stream.OpenAsync(cancellationToken);
            if (!stream.IsRefusedAPart)
                return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }

        await stream.DisposeAsync();
        return null;
    }

    /// <summary>Requests the bytes from an offset, once.</summary>
    /// <param name="offset">The first byte wanted.</param>
    /// <param name="end">The byte after the last one wanted; null for all up to the blob's end.</param>
    /// <param name="version">The ETag of the bytes before it, if there was one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<BlobBody> RequestAsync(long offset, long? end, EntityTagHeaderValue? version, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string>> headers = [];
        if (offset > 0 || end is not null)
        {
            headers.Add(new("Range", string.Create(CultureInfo.InvariantCulture, $"bytes={offset}-{end - 1}")));
            if (version is { IsWeak: false })
                headers.Add(new("If-Range", version.ToString()));
        }

        RegistryRequest request = new(
            RequestKind.BlobGet, HttpMethod.Get, RegistryRequest.Below(Repository.Path, "blobs/" + Descriptor.Digest),
            ScopeSet.Pull(Repository.Path), Operation)
        {
            Headers = headers,
            IsBulk = Bulk.Is((end ?? Descriptor.Size) - offset),
        };
        HttpResponseMessage response = await _urls.SendAsync(request, cancellationToken);
        try
        {
            bool partial = Check(response, offset, end);
            Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return new BlobBody(response, body, partial ? 0 : offset, partial);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    public AirgapException WrongSize(string what) => Operation.Failed(
        ErrorCode.SizeMismatch,
        $"{_urls.Place} has {what}, expected {Descriptor.Size} bytes",
        "Push or relocate the image again; the stored bytes are not those that its manifest names.");

    public AirgapException WrongDigest(Digest actual) => Operation.Failed(
        ErrorCode.DigestMismatch,
        $"its bytes have the digest {actual}, expected {Descriptor.Digest}",
        "Try again; if it persists, the registry's storage or a proxy in between is damaged.");

    private bool Check(HttpResponseMessage response, long offset, long? end)
    {
        HttpContentHeaders headers = response.Content.Headers;
        switch ((int)response.StatusCode)
        {
            case 200:
                if (headers.ContentLength is { } length && length != Descriptor.Size)
                    throw WrongSize($"{length} bytes");
                return false;
            case 206 when (offset > 0 || end is not null) && headers.ContentRange is { From: { } from, To: var to } range && from == offset
                && !(to >= (end ?? Descriptor.Size)):
                if (range.Length is { } total && total != Descriptor.Size)
                    throw WrongSize($"{total} bytes");
                return true;
            default:
                throw Operation.Failed(
                    ErrorCode.RegistryProtocol,
                    $"the response {(int)response.StatusCode} with the range '{headers.ContentRange}' is not what was requested (from " +
                    $"byte {offset})",
                    "Report it to the registry's operator.",
                    status: (int)response.StatusCode);
        }
    }
}

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
