using System.Buffers;
using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Transfer.Archives;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// The SHA-256 of an archive that is written at many positions at once. Bytes written at the hash's current position
/// are hashed while writing; bytes written further on are read back when the hash reaches them, mostly from the page
/// cache, while the rest is still being fetched. If hashed bytes are written again, the hash starts over at the end.
/// </summary>
/// <param name="length">Bytes of the archive.</param>
/// <param name="read">Reads back: buffer, offset; 1 byte or more.</param>
internal sealed class ArchiveHash(long length, Func<Memory<byte>, long, CancellationToken, ValueTask<int>> read) : IDisposable
{
    private const int BufferSize = 256 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ByteRanges _ready = new();
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _following = Task.CompletedTask;
    private long _done;
    private long _underWay;
    private bool _isFollowing;
    private bool _isSpoiled;
    private long _onTheWay;

    /// <summary>The number of bytes hashed while writing.</summary>
    public long HashedOnTheWay => Interlocked.Read(ref _onTheWay);

    /// <summary>Everything in an archive except the layers, and the layers' bytes from an earlier run.</summary>
    public static IEnumerable<(long Start, long End)> AvailableBytes(ArchiveLayout layout, IReadOnlyDictionary<Digest, PartialLayer> there)
    {
        long end = 0;
        foreach (ArchiveLayer layer in layout.Layers)
        {
            yield return (end, layer.DataOffset);
            end = layer.DataOffset + layer.Blob.Descriptor.Size;
            if (there.TryGetValue(layer.Blob.Descriptor.Digest, out PartialLayer? earlier))
                yield return (layer.DataOffset, layer.DataOffset + earlier.Length);
        }

        yield return (end, layout.Length);
    }

    /// <summary>Records the bytes that are already there, before the first byte is hashed.</summary>
    public void Begin(IEnumerable<(long Start, long End)> available)
    {
        lock (_gate)
        {
            foreach ((long start, long end) in available)
                _ready.Add(start, end);
            Follow();
        }
    }

    /// <summary>Receives written bytes. Several writers may call at once.</summary>
    public void Wrote(ReadOnlySpan<byte> bytes, long offset)
    {
        lock (_gate)
        {
            if (_isSpoiled)
                return;
            if (offset < _done || offset < _underWay)
            {
                _isSpoiled = true;
                return;
            }

            if (offset != _done || _isFollowing)
            {
                _ready.Add(offset, offset + bytes.Length);
                Follow();
                return;
            }

            _isFollowing = true;
            _underWay = offset + bytes.Length;
        }

        // Outside the lock, so that other writers do not wait for the hashing.
        _hash.AppendData(bytes);
        lock (_gate)
        {
            _onTheWay += bytes.Length;
            _done += bytes.Length;
            _ready.DropBefore(_done);
            _isFollowing = false;
            Follow();
        }
    }

    /// <summary>Hashes the rest, when everything is written.</summary>
    public async Task<Digest> FinishAsync(CancellationToken cancellationToken)
    {
        await _following.WaitAsync(cancellationToken);
        if (_isSpoiled)
        {
            _hash.GetHashAndReset();
            _done = 0;
            _onTheWay = 0;
        }

        await ReadAsync(() => length, cancellationToken);
        return Digest.FromHash(HashAlgorithmName.SHA256, _hash.GetHashAndReset());
    }

    public void Dispose()
    {
        _stop.Cancel();
        _following.ContinueWith(
            _ =>
            {
                _hash.Dispose();
                _stop.Dispose();
            },
            TaskScheduler.Default);
    }

    // Called under the lock.
    private void Follow()
    {
        if (_isFollowing || _isSpoiled || _ready.First.Start != _done || _done == length)
            return;
        _isFollowing = true;
        _underWay = _ready.First.End;
        _following = Task.Run(FollowAsync);
    }

    private async Task FollowAsync()
    {
        try
        {
            await ReadAsync(Next, _stop.Token);
        }
        catch (Exception e) when (e is AirgapException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The bytes are read again at the end, which reports the failure, unless the run has ended.
            lock (_gate)
            {
                _isSpoiled = true;
                _isFollowing = false;
            }
        }
    }

    // The end of the readable bytes; equal to the current position when nothing more can be read.
    private long Next()
    {
        lock (_gate)
        {
            _ready.DropBefore(_done);
            if (!_isSpoiled && _ready.First.Start == _done)
                return _underWay = _ready.First.End;
            _isFollowing = false;
            return _underWay = _done;
        }
    }

    private async Task ReadAsync(Func<long> end, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long until;
            while ((until = end()) > _done)
            {
                while (_done < until)
                {
                    int count = await read(buffer.AsMemory(0, (int)Math.Min(BufferSize, until - _done)), _done, cancellationToken);
                    _hash.AppendData(buffer, 0, count);
                    Interlocked.Add(ref _done, count);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
