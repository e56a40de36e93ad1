using System.Net.Http.Headers;
using System.Security.Cryptography;
using Airgap.Oci.Files;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>
/// A stream of a blob's bytes. When a connection breaks or stalls, a new one resumes at the same position. From offset 0, it verifies the
/// digest before it returns the last bytes, so that a caller who has read all bytes has the right ones.
/// </summary>
/// <param name="transport">Sends the requests.</param>
/// <param name="blob">The blob.</param>
/// <param name="offset">The first byte.</param>
/// <param name="end">The byte after the last one of a part, which is not verified; null for all up to the blob's end.</param>
/// <param name="version">The ETag of the bytes before; null for none.</param>
/// <param name="isVerifiedElsewhere">True when the caller verifies the digest.</param>
internal sealed class ResumingBlobStream(
    Transport transport, RegistryBlob blob, long offset, long? end = null, EntityTagHeaderValue? version = null,
    bool isVerifiedElsewhere = false) : ReadOnlyStream
{
    private readonly long _end = end ?? blob.Descriptor.Size;
    private readonly bool _isPart = end is not null;
    private readonly WatchedReads _reads = new(transport, blob);
    private readonly IncrementalHash? _hash = offset == 0 && end is null && !isVerifiedElsewhere
        ? IncrementalHash.CreateHash(blob.Descriptor.Digest.HashAlgorithm) : null;

    private long _position = offset;
    private BlobBody? _body;
    private bool _isUnderWay;
    private bool _isReopenedWithoutBytes;
    private AirgapException? _failure;

    /// <summary>The ETag of the bytes; null for none.</summary>
    public EntityTagHeaderValue? Version { get; private set; } = version;

    /// <summary>The time spent waiting for the network.</summary>
    public TimeSpan Waited => _reads.Waited;

    /// <summary>True if, after <see cref="OpenAsync"/>, a part was requested but the server returns only the whole blob.</summary>
    public bool IsRefusedAPart { get; private set; }

    /// <summary>Makes the first request, so that opening a missing blob fails.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        // The bytes of an empty blob are known, but not that the registry has it.
        if (_position < _end || _end == 0)
            await transport.Retry.ExecuteAsync(ConnectAsync, cancellationToken);
        await EndAsync(cancellationToken);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        CallerContext.LeaveAsync(() => ReadNextAsync(buffer, cancellationToken));

    private async ValueTask<int> ReadNextAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_failure is not null)
            throw _failure;
        if (_position == _end || buffer.IsEmpty)
            return 0;
        Memory<byte> wanted = buffer[..(int)Math.Min(buffer.Length, _end - _position)];
        int read;
        try
        {
            read = await ReadOnceAsync(wanted, cancellationToken);
        }
        catch (TransientException broken)
        {
            // A new budget for each break, since bytes have arrived after the last one.
            read = await transport.Retry.ExecuteAsync(token => ReadOnceAsync(wanted, token), cancellationToken, broken);
        }

        _hash?.AppendData(wanted.Span[..read]);
        _position += read;
        transport.Counters.CountReceived(blob.Repository.Registry, read);
        await EndAsync(cancellationToken);
        return read;
    }

    public override int Read(Span<byte> buffer) => ReadByWaiting(buffer);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Disconnect();
            _reads.Dispose();
            _hash?.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<bool> ConnectAsync(CancellationToken cancellationToken)
    {
        Disconnect();
        _body = await blob.RequestAsync(_position, _isPart ? _end : null, Version, cancellationToken);
        if (_isPart && !_isUnderWay && !_body.IsPartial)
        {
            // Nothing was read yet, and a caller that requests parts can read the whole blob instead.
            IsRefusedAPart = true;
            return true;
        }

        _isUnderWay = true;
        Version = _body.Response.Headers.ETag ?? Version;
        _isReopenedWithoutBytes = true;
        byte[] skipped = new byte[(int)Math.Min(_body.Skip, 16 * 1024)];
        for (long left = _body.Skip; left > 0;)
        {
            int read = await PullAsync(_body, skipped.AsMemory(0, (int)Math.Min(left, skipped.Length)), cancellationToken);
            if (read == 0)
                throw _body.End(blob.WrongSize($"{_body.Skip - left} bytes"));
            left -= read;
        }

        return true;
    }

    private async Task<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_body is null or { HasEnded: true })
                await ConnectAsync(cancellationToken);
            int read = await PullAsync(_body!, buffer, cancellationToken);
            if (read > 0)
            {
                _isReopenedWithoutBytes = false;
                return read;
            }

            // A server may return a smaller part than requested; the rest is requested next. A whole blob that ends early is an error.
            if (!_body!.IsPartial || _isReopenedWithoutBytes)
                throw _body.End(blob.WrongSize($"{_position} bytes"));
            Disconnect();
        }
    }

    private async ValueTask<int> PullAsync(BlobBody body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _reads.ReadAsync(body, buffer, cancellationToken);
        }
        catch
        {
            Disconnect();
            throw;
        }
    }

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_position < _end)
            return;
        await ExpectEndAsync(cancellationToken);
        Verify();
    }

    // With a Content-Length the handler has checked the end.
    private async Task ExpectEndAsync(CancellationToken cancellationToken)
    {
        // Bytes of the blob follow the part.
        if (_isPart || _body is not { Response.Content.Headers.ContentLength: null } body)
            return;
        int read;
        try
        {
            read = await PullAsync(body, new byte[1], cancellationToken);
        }
        catch (TransientException)
        {
            // All bytes have arrived; how the connection ends does not matter.
            return;
        }

        if (read > 0)
        {
            _failure = blob.WrongSize($"more than {_end} bytes");
            throw _failure;
        }
    }

    private void Verify()
    {
        Disconnect();
        if (_hash is null)
            return;
        Digest actual = Digest.FromHash(blob.Descriptor.Digest.HashAlgorithm, _hash.GetHashAndReset());
        if (actual != blob.Descriptor.Digest)
            throw _failure = blob.WrongDigest(actual);
    }

    private void Disconnect()
    {
        _body?.Dispose();
        _body = null;
    }
}
