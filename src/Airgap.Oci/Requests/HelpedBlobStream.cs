using System.Security.Cryptography;
using Airgap.Oci.Content;
using Airgap.Oci.Files;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>
/// A stream of a blob's bytes that starts as one stream, and continues in parallel parts if that stream is slow and connections are free.
/// Bytes are hashed in order; from offset 0, the digest is verified before the last bytes are returned.
/// </summary>
internal sealed class HelpedBlobStream : ReadOnlyStream
{
    private readonly RegistryBlob _blob;
    private readonly PartHelp _help;
    private readonly IncrementalHash? _hash;
    private ResumingBlobStream? _stream;
    private PartQueue? _parts;
    private long _position;
    private long _begun;
    private TimeSpan _waited;
    private bool _hadRoom;
    private AirgapException? _failure;

    private HelpedBlobStream(RegistryBlob blob, PartHelp help, long offset, ResumingBlobStream stream)
    {
        _blob = blob;
        _help = help;
        _hash = offset == 0 ? IncrementalHash.CreateHash(blob.Descriptor.Digest.HashAlgorithm) : null;
        _position = offset;
        _stream = stream;
        Judge(isWanted: false);
    }

    /// <summary>Opens a blob; makes the first request, so that opening a missing blob fails.</summary>
    public static async ValueTask<Stream> OpenAsync(RegistryBlob blob, PartHelp help, long offset, CancellationToken cancellationToken) =>
        new HelpedBlobStream(
            blob, help, offset, await blob.OpenStreamAsync(offset, null, isVerifiedElsewhere: true, cancellationToken));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        CallerContext.LeaveAsync(() => ReadNextAsync(buffer, cancellationToken));

    public override int Read(Span<byte> buffer) => ReadByWaiting(buffer);

    public override async ValueTask DisposeAsync()
    {
        if (_parts is { } parts)
            await parts.DisposeAsync();
        _parts = null;
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stream?.Dispose();
            _hash?.Dispose();
            if (_parts is { } parts)
                _ = parts.DisposeAsync().AsTask();
            _parts = null;
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadNextAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_failure is not null)
            throw _failure;
        if (_position == _blob.Descriptor.Size || buffer.IsEmpty)
            return 0;
        if (_parts is null && _position - _begun >= _help.Rules.Judged)
            await TrySplitAsync(cancellationToken);
        int read = _parts is null ? 0 : await _parts.ReadAsync(buffer, cancellationToken);
        if (read == 0)
            read = await ReadStreamAsync(buffer, cancellationToken);
        _hash?.AppendData(buffer.Span[..read]);
        _position += read;
        if (_position == _blob.Descriptor.Size)
            Verify();
        return read;
    }

    // While a stream shares the line with other blobs, its rate does not show how fast it is alone, and bytes that wait in its connection
    // would be fetched twice. So its last bytes decide, if connections were free from the first of them on.
    private async Task TrySplitAsync(CancellationToken cancellationToken)
    {
        bool pays = !_blob.GivesNoParts
            && _help.Rules.Pays(_position - _begun, _stream!.Waited - _waited, _blob.Descriptor.Size - _position);
        if (pays && _hadRoom)
        {
            PartQueue parts = new(_blob, _help, _stream!.Version);
            if (await parts.TryBeginAsync(_position, cancellationToken))
            {
                _parts = parts;
                await _stream.DisposeAsync();
                return;
            }

            await parts.DisposeAsync();
        }

        Judge(pays);
    }

    private void Judge(bool isWanted)
    {
        _hadRoom = _help.Places.HasSpareFor(isWanted);
        _begun = _position;
        _waited = _stream!.Waited;
    }

    private async ValueTask<int> ReadStreamAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_parts is { } parts)
        {
            _parts = null;
            await parts.DisposeAsync();
            _stream = await _blob.OpenStreamAsync(_position, _stream!.Version, isVerifiedElsewhere: true, cancellationToken);
            Judge(isWanted: false);
        }

        return await _stream!.ReadAsync(buffer, cancellationToken);
    }

    private void Verify()
    {
        if (_hash is null)
            return;
        Digest actual = Digest.FromHash(_blob.Descriptor.Digest.HashAlgorithm, _hash.GetHashAndReset());
        if (actual == _blob.Descriptor.Digest)
            return;
        _blob.GivesNoParts = true;
        throw _failure = _blob.WrongDigest(actual);
    }
}
