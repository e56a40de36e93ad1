using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using Airgap.Oci.Auth;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>A blob of a repository, fetched when it is opened.</summary>
/// <param name="transport">Sends the requests.</param>
/// <param name="repository">The repository.</param>
/// <param name="descriptor">The blob.</param>
/// <param name="help">Lends connections for parallel parts; null for one stream alone.</param>
/// <remarks>Source: OCI distribution specification, "Pulling blobs"; RFC 9110, section 14 (ranges).</remarks>
internal sealed class RegistryBlob(Transport transport, RepositoryName repository, Descriptor descriptor, PartHelp? help = null)
    : IBlobContent
{
    public Descriptor Descriptor { get; } = descriptor;

    public RepositoryName Repository { get; } = repository;

    private readonly LayerUrls _urls = new(transport, repository, descriptor);

    public Operation Operation { get; } = Operation.OnBlob("download", repository, descriptor.Digest);

    /// <summary>The memory for parts that wait for their turn.</summary>
    public PartMemory Memory => transport.PartMemory;

    /// <summary>True if no more parts are to be requested: the source does not return them, or returned wrong bytes.</summary>
    public bool GivesNoParts { get; set; }

    public IBlobContent HelpedBy(PartHelp lent) => new RegistryBlob(transport, Repository, Descriptor, lent);

    public ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken) =>
        CallerContext.LeaveAsync(() => OpenAtAsync(offset, cancellationToken));

    private async ValueTask<Stream> OpenAtAsync(long offset, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Descriptor.Size);

        // The digest of embedded content was verified when it was read.
        if (Descriptor.Data is { } data && MemoryMarshal.TryGetArray(data, out ArraySegment<byte> bytes))
            return new MemoryStream(bytes.Array!, bytes.Offset + (int)offset, bytes.Count - (int)offset, writable: false);
        if (help is not null && !GivesNoParts && Descriptor.Size - offset > help.Rules.Judged)
            return await HelpedBlobStream.OpenAsync(this, help, offset, cancellationToken);
        return await OpenStreamAsync(offset, null, isVerifiedElsewhere: false, cancellationToken);
    }

    /// <summary>Opens the bytes from an offset to the end, as one stream.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="version">The ETag of the bytes before it, if there was one.</param>
    /// <param name="isVerifiedElsewhere">True when the caller verifies the digest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<ResumingBlobStream> OpenStreamAsync(
        long offset, EntityTagHeaderValue? version, bool isVerifiedElsewhere, CancellationToken cancellationToken)
    {
        ResumingBlobStream stream = new(transport, this, offset, null, version, isVerifiedElsewhere);
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
        CallerContext.LeaveAsync(() => OpenPartAsync(offset, length, null, cancellationToken));

    /// <summary>Opens a part; null if the source does not return it, or returns another version than the one whose ETag is given.</summary>
    public async ValueTask<Stream?> OpenPartAsync(
        long offset, long length, EntityTagHeaderValue? version, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Descriptor.Size);
        if (Descriptor.Data is not null)
            return null;
        ResumingBlobStream stream = new(transport, this, offset, offset + length, version);
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
