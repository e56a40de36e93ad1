using System.Security.Cryptography;
using Airgap.Oci.Files;

namespace Airgap.Oci.Client;

/// <summary>
/// The bytes of a blob, read from one endpoint after another. The stream of an endpoint verifies only its own bytes, so bytes from several
/// endpoints are verified here, before the last of them are returned.
/// </summary>
internal sealed class MirroredStream : ReadOnlyStream
{
    private readonly MirroredBlob _blob;
    private readonly IncrementalHash? _hash;
    private Stream _stream;
    private int _place;
    private long _position;
    private long _fromHere;
    private bool _isMixed;

    public MirroredStream(MirroredBlob blob, int place, Stream stream, long offset)
    {
        _blob = blob;
        _place = place;
        _stream = stream;
        _position = offset;
        _hash = offset == 0 ? IncrementalHash.CreateHash(blob.Descriptor.Digest.HashAlgorithm) : null;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                int read = await _stream.ReadAsync(buffer, cancellationToken);
                _hash?.AppendData(buffer.Span[..read]);
                _position += read;
                _fromHere += read;
                if (_isMixed && read > 0 && _position == _blob.Descriptor.Size)
                    Verify();
                return read;
            }
            catch (AirgapException e) when (_blob.TryLeave(_place, e))
            {
                NoteRead();
                await _stream.DisposeAsync();
                (_place, _stream) = await _blob.OpenFromAsync(_place + 1, _position, cancellationToken);
                _isMixed = true;
            }
        }
    }

    public override int Read(Span<byte> buffer) => ReadByWaiting(buffer);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            NoteRead();
            _stream.Dispose();
            _hash?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void NoteRead()
    {
        if (_fromHere > 0)
            _blob.NoteRead(_place, _fromHere, isWhole: _position == _blob.Descriptor.Size);
        _fromHere = 0;
    }

    private void Verify()
    {
        if (_hash is null)
            return;
        Digest actual = Digest.FromHash(_blob.Descriptor.Digest.HashAlgorithm, _hash.GetHashAndReset());
        if (actual != _blob.Descriptor.Digest)
        {
            throw new AirgapException(
                ErrorCode.DigestMismatch,
                $"The blob {_blob.Descriptor.Digest}, read from several mirrors, has the digest {actual}.",
                "Try again; if it persists, a mirror's storage is damaged.")
            { Digest = _blob.Descriptor.Digest.ToString() };
        }
    }
}
